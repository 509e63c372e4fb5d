package org.datacapsule.router.image.source;

import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;
import org.datacapsule.router.http.StreamInput;

/**
 * A file as its source gives it.
 *
 * @param offset where in the file the content begins: what was asked for, or 0 where the source begins anew
 * @param total bytes of the whole file, where the source says so
 * @param validator stays the same as long as the file does; none where the source gives nothing to tell by
 */
public record Fetched(long offset, OptionalLong total, Optional<String> validator, StreamInput body, Runnable abandon)
        implements AutoCloseable {

    public InputStream content() {
        return body;
    }

    /** Ends the connection, whatever has been read. */
    @Override
    public void close() {
        abandon.run();
    }
}

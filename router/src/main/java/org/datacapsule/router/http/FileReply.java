package org.datacapsule.router.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file as an answer: all of it, or the part a {@code Range} asks for.
 *
 * @param name what a browser saves it as
 * @param tag changes whenever the content does
 */
public record FileReply(String contentType, String name, long size, String tag, Content content)
        implements Success, DialectReply {

    /** Where the bytes are. */
    @FunctionalInterface
    public interface Content {
        /** Reads from {@code offset} on; blocks, and is closed by who asked. */
        InputStream from(long offset) throws IOException;

        /** The file that has them, where it is on this machine; it must not change while it is sent. */
        default Optional<Path> file() {
            return Optional.empty();
        }
    }
}

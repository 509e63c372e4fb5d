package org.datacapsule.router.http;

import java.io.IOException;
import java.io.InputStream;

/**
 * A file as an answer: all of it, or the part a {@code Range} asks for.
 *
 * @param name what a browser saves it as
 * @param tag changes whenever the content does
 */
public record FileReply(String contentType, String name, long size, String tag, Content content) implements Success {

    /** Where the bytes are. */
    @FunctionalInterface
    public interface Content {
        /** Reads from {@code offset} on; blocks, and is closed by who asked. */
        InputStream from(long offset) throws IOException;
    }
}

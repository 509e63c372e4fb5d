package org.datacapsule.common.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** What a door has of an image: verified, and the same whenever it is read. */
public sealed interface ImageOffer {

    /** A file, which the kernel sends. */
    record OfFile(Path file) implements ImageOffer {}

    /**
     * Something that is read as it is sent.
     *
     * @param size in bytes
     */
    record OfStream(long size, Content content) implements ImageOffer {}

    /** Where the bytes of a stream come from. */
    @FunctionalInterface
    interface Content {
        /** Reads from that byte on; blocks, and is closed by who asked. */
        InputStream from(long offset) throws IOException;
    }
}

package org.datacapsule.router.result;

import java.io.IOException;
import java.io.InputStream;
import org.datacapsule.common.id.ResultId;

/** Where archives are kept; the same for all routers. Blocks. */
interface ReleaseStore extends AutoCloseable {

    /** Bytes that can be read more than once. */
    @FunctionalInterface
    interface Source {
        InputStream open() throws IOException;
    }

    /**
     * Keeps an archive, whole or not at all, and for good once this returns. Done again, it replaces what is there.
     *
     * @param bytes how many the source has
     */
    void put(ResultId id, long bytes, Source source) throws IOException;

    /** @throws IOException also when there is none */
    InputStream read(ResultId id, long offset) throws IOException;

    /** Done already is as good. */
    void delete(ResultId id) throws IOException;

    @Override
    void close();
}

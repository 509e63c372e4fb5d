package org.datacapsule.router.image.depot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.datacapsule.common.id.Sha256;

/**
 * Keeps the content of images, each named by its own SHA-256, so that what is here is never wrong and never changes; the
 * same for all routers. Blocks.
 */
public interface ImageDepot extends AutoCloseable {

    /** Whether it is kept. Asked often and in transactions, so what the store said a moment ago may be the answer. */
    boolean has(Sha256 content);

    /** The file that has the content, to be read only; none where it is not kept, or where this depot keeps no files. */
    Optional<Path> file(Sha256 content);

    /** How many bytes it has; none where it is not kept. */
    OptionalLong size(Sha256 content) throws IOException;

    /** @throws IOException also when it is not kept */
    InputStream read(Sha256 content, long offset) throws IOException;

    /**
     * Does what takes long of keeping a draft, outside of any transaction. Interrupted and done again it goes on; done and
     * never kept, what was brought is removed as content of no image.
     */
    void bring(Draft draft, Sha256 content) throws IOException;

    /**
     * Keeps what a draft has and {@link #bring} brought, whole or not at all, and for good once this returns; the draft is gone then. Done again, it is
     * as good.
     *
     * @param content what {@link Draft#sha256} said of it when nobody wrote to it any more
     */
    void keep(Draft draft, Sha256 content) throws IOException;

    /**
     * Drops content. Done already is as good. Whoever calls this has made sure, in the database, that no image has the
     * content or is about to.
     */
    void remove(Sha256 content) throws IOException;

    /** Where content is written before it is kept. */
    Drafts drafts();

    @Override
    void close();
}

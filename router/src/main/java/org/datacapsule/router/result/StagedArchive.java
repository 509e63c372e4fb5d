package org.datacapsule.router.result;

import java.time.Duration;
import java.util.Optional;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.io.PiecewiseInput;

/** The chunks of an upload one after the other, one in memory at a time. */
final class StagedArchive extends PiecewiseInput {
    private final Database database;
    private final UploadStore uploads;
    private final ResultId id;
    private final Duration beat;
    private final Renewal renewal;
    private long position;
    private long renewed = System.nanoTime();

    /** Says that the reader is alive. */
    @FunctionalInterface
    interface Renewal {
        void in(Tx tx) throws InterruptedException;
    }

    /** @param beat how often at most, while chunks are read, {@code renewal} is run */
    StagedArchive(Database database, UploadStore uploads, ResultId id, Duration beat, Renewal renewal) {
        this.database = database;
        this.uploads = uploads;
        this.id = id;
        this.beat = beat;
        this.renewal = renewal;
    }

    @Override
    protected Optional<byte[]> next() throws InterruptedException {
        long wanted = position;
        Optional<byte[]> chunk = database.read(tx -> {
            if (System.nanoTime() - renewed > beat.toNanos()) {
                renewal.in(tx);
                renewed = System.nanoTime();
            }
            return uploads.chunk(tx, id, wanted).filter(bytes -> bytes.length > 0);
        });
        position += chunk.map(bytes -> bytes.length).orElse(0);
        return chunk;
    }
}

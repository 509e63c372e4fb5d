package org.datacapsule.router.result;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;

/** The chunks of an upload one after the other, one in memory at a time. */
final class StagedArchive extends InputStream {
    private final Database database;
    private final UploadStore uploads;
    private final ResultId id;
    private final Duration beat;
    private final Renewal renewal;
    private byte[] chunk = new byte[0];
    private int at;
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
    public int read() throws IOException {
        return more() ? chunk[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!more()) {
            return -1;
        }
        int taken = Math.min(length, chunk.length - at);
        System.arraycopy(chunk, at, into, offset, taken);
        at += taken;
        return taken;
    }

    private boolean more() throws IOException {
        if (at < chunk.length) {
            return true;
        }
        position += chunk.length;
        at = 0;
        try {
            chunk = next();
            return chunk.length > 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the router is stopping");
        }
    }

    private byte[] next() throws InterruptedException {
        long wanted = position;
        return database.read(tx -> {
            if (System.nanoTime() - renewed > beat.toNanos()) {
                renewal.in(tx);
                renewed = System.nanoTime();
            }
            return uploads.chunk(tx, id, wanted).orElse(new byte[0]);
        });
    }
}

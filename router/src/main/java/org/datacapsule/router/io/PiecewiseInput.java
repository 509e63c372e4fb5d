package org.datacapsule.router.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Optional;

/** Pieces that come from somewhere, one after the other, as one stream; one of them in memory at a time. */
public abstract class PiecewiseInput extends InputStream {
    private static final byte[] NOTHING = new byte[0];

    private byte[] piece = NOTHING;
    private int at;
    private boolean ended;

    /** The next piece, which may have no bytes; none at the end, after which it is not asked for again. */
    protected abstract Optional<byte[]> next() throws IOException, InterruptedException;

    @Override
    public final int read() throws IOException {
        return more() ? piece[at++] & 0xff : -1;
    }

    @Override
    public final int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!more()) {
            return -1;
        }
        int some = Math.min(length, piece.length - at);
        System.arraycopy(piece, at, into, offset, some);
        at += some;
        return some;
    }

    private boolean more() throws IOException {
        while (at == piece.length && !ended) {
            Optional<byte[]> next = await();
            piece = next.orElse(NOTHING);
            at = 0;
            ended = next.isEmpty();
        }
        return !ended;
    }

    private Optional<byte[]> await() throws IOException {
        try {
            return next();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the router is stopping");
        }
    }
}

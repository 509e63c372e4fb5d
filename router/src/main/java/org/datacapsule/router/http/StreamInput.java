package org.datacapsule.router.http;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.datacapsule.router.io.PiecewiseInput;
import org.jspecify.annotations.Nullable;

/**
 * What an event loop receives, read by a virtual thread. No more than a few pieces wait in memory: who sends is held up
 * while nobody reads.
 */
public final class StreamInput extends PiecewiseInput {
    /** Pieces that may wait; one has 64 KiB at most. */
    private static final int WINDOW = 8;

    private final Context context;
    private final ReadStream<Buffer> stream;
    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private int taken;

    private sealed interface Piece {
        record Bytes(Buffer buffer) implements Piece {}

        record End() implements Piece {}

        record Broken(@Nullable Throwable cause) implements Piece {}
    }

    private StreamInput(Context context, ReadStream<Buffer> stream) {
        this.context = context;
        this.stream = stream;
    }

    /** Called on the stream's event loop, before any of it was read. */
    public static StreamInput of(Context context, ReadStream<Buffer> stream) {
        StreamInput input = new StreamInput(context, stream);
        stream.pause();
        stream.exceptionHandler(cause -> input.last(new Piece.Broken(cause)));
        stream.endHandler(end -> input.last(new Piece.End()));
        stream.handler(buffer -> input.pieces.add(new Piece.Bytes(buffer)));
        stream.fetch(WINDOW);
        return input;
    }

    /** Whether all of it has arrived, or will never. */
    boolean isOver() {
        return over.get();
    }

    /** What comes from now on is read and dropped. Called on the event loop. */
    void drop() {
        pieces.clear();
        stream.handler(buffer -> {});
        stream.resume();
    }

    @Override
    protected Optional<byte[]> next() throws IOException, InterruptedException {
        return switch (pieces.take()) {
            case Piece.Bytes(Buffer buffer) -> {
                wantMore();
                yield Optional.of(buffer.getBytes());
            }
            case Piece.End() -> Optional.empty();
            case Piece.Broken(var cause) -> throw new IOException("the connection was lost", cause);
        };
    }

    private void last(Piece piece) {
        if (over.compareAndSet(false, true)) {
            pieces.add(piece);
        }
    }

    private void wantMore() {
        taken++;
        if (taken == WINDOW / 2) {
            int wanted = taken;
            taken = 0;
            context.runOnContext(now -> stream.fetch(wanted));
        }
    }
}

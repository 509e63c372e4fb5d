package org.datacapsule.common.transfer;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;

/** Sends what is read on a virtual thread of its own, no faster than it is taken. */
final class StreamedAnswer {
    private static final int PIECE = 64 * 1024;

    private final Context context;
    private final HttpServerRequest request;
    private final Promise<Void> sent = Promise.promise();

    private StreamedAnswer(Context context, HttpServerRequest request) {
        this.context = context;
        this.request = request;
    }

    /** Called on the event loop. An answer that cannot be brought to its end cuts the connection. */
    static Future<Void> send(Vertx vertx, HttpServerRequest request, Callable<InputStream> content, long length) {
        StreamedAnswer answer = new StreamedAnswer(vertx.getOrCreateContext(), request);
        request.response().putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(length));
        Thread unused = Thread.ofVirtual().name("image-door").start(() -> answer.run(content, length));
        return answer.sent.future();
    }

    private void run(Callable<InputStream> content, long length) {
        try (InputStream in = content.call()) {
            for (long left = length; left > 0; ) {
                byte[] piece = in.readNBytes((int) Math.min(PIECE, left));
                if (piece.length == 0) {
                    throw new IOException("the content ends " + left + " bytes early");
                }
                write(Buffer.buffer(piece));
                left -= piece.length;
            }
            context.runOnContext(now -> request.response().end().onComplete(sent));
        } catch (Exception e) {
            // Whatever it is, a length was promised and cannot be kept.
            context.runOnContext(now -> request.connection().close().onComplete(closed -> sent.tryFail(e)));
        }
    }

    private void write(Buffer piece) throws InterruptedException, ExecutionException {
        Future.<Void>future(written -> context.runOnContext(
                        now -> request.response().write(piece).onComplete(written)))
                .toCompletionStage()
                .toCompletableFuture()
                .get();
    }
}

package org.datacapsule.router.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** One request and its answer: what every answer has, and the one line a request leaves in the log. Any thread. */
final class Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
    private static final String JSON = "application/json; charset=utf-8";
    private static final int OK = 200;
    private static final int REQUEST_TIMEOUT = 408;
    private static final long MILLIS_TO_READ_A_REFUSAL = 5_000;

    private final Vertx vertx;
    private final HttpServerRequest request;
    private final Context context;
    private final String path;
    private final String requestId;
    private final Level level;
    private final long began = System.nanoTime();
    private volatile String guid = "";
    private volatile boolean begun;
    private volatile Optional<StreamInput> streamed = Optional.empty();

    private Exchange(Vertx vertx, HttpServerRequest request, String path, Level level) {
        this.vertx = vertx;
        this.request = request;
        this.context = vertx.getOrCreateContext();
        this.path = path;
        this.requestId = RequestId.of(request.getHeader(RequestId.HEADER));
        this.level = level;
    }

    /** @param path the contract's template: a log must not hold what a client put into its path */
    static Exchange begin(Vertx vertx, HttpServerRequest request, String path) {
        return new Exchange(vertx, request, path, Level.INFO);
    }

    /** An exchange that happens every few seconds and is of no interest while all is well. */
    static Exchange beginQuiet(Vertx vertx, HttpServerRequest request, String path) {
        return new Exchange(vertx, request, path, Level.DEBUG);
    }

    /** The body of the request as it arrives; called once, on the event loop. */
    StreamInput stream() {
        StreamInput stream = StreamInput.of(context, request);
        streamed = Optional.of(stream);
        return stream;
    }

    HttpServerRequest request() {
        return request;
    }

    String requestId() {
        return requestId;
    }

    void isFrom(Caller caller) {
        guid = caller.guid();
    }

    Future<Void> answer(Reply reply) {
        return answer(reply.status(), JSON, reply.body().toBuffer());
    }

    Future<Void> answer(WrittenReply reply) {
        return answer(OK, JSON, reply.body());
    }

    Future<Void> answer(DialectAnswer reply) {
        reply.headers().forEach(request.response()::putHeader);
        return answer(reply.status(), reply.contentType(), reply.body());
    }

    Future<Void> answer(ErrorRenderer.Rendered error) {
        error.headers().forEach(request.response()::putHeader);
        return answer(error.status(), JSON, error.body().toBuffer());
    }

    /** Completes when the answer is written or there is nobody left to write it to. */
    Future<Void> answer(int status, String contentType, Buffer body) {
        return Future.future(written -> context.runOnContext(now -> {
            HttpServerResponse response = request.response();
            if (begun) {
                // Half an answer is out; only a broken connection says that it ends here.
                request.connection().close();
                written.complete();
                return;
            }
            log(status);
            if (response.ended() || response.closed()) {
                written.complete();
                return;
            }
            head(status, contentType);
            if (status == REQUEST_TIMEOUT) {
                // The rest of the request may never come, and until it has the connection is of no use.
                response.putHeader("Connection", "close");
                written.future().onComplete(done -> request.connection().close());
            }
            streamed.filter(stream -> !stream.isOver()).ifPresent(this::dropRest);
            response.end(body).onComplete(written);
        }));
    }

    /**
     * A client that is answered before it has sent all reads the answer only if its connection lasts a little longer; one
     * that sends on regardless is cut off.
     */
    private void dropRest(StreamInput stream) {
        request.response().putHeader("Connection", "close");
        stream.drop();
        vertx.setTimer(MILLIS_TO_READ_A_REFUSAL, late -> {
            if (!stream.isOver()) {
                request.connection().close();
            }
        });
    }

    /** The head of an answer whose body follows piece by piece. */
    void begin(int status, String contentType, Map<String, String> headers) {
        begun = true;
        context.runOnContext(now -> {
            log(status);
            head(status, contentType);
            headers.forEach(request.response()::putHeader);
            if (!headers.containsKey("Content-Length")) {
                request.response().setChunked(true);
            }
        });
    }

    /**
     * Returns when the client has taken it.
     *
     * @throws ExecutionException when there is nobody left to write it to
     */
    void write(Buffer piece) throws InterruptedException, ExecutionException {
        Future.<Void>future(written -> context.runOnContext(
                        now -> request.response().write(piece).onComplete(written)))
                .toCompletionStage()
                .toCompletableFuture()
                .get();
    }

    /**
     * Hands a part of a file to the system; returns when the client has taken it.
     *
     * @throws ExecutionException when there is nobody left to send it to
     */
    void sendFile(Path file, long offset, long length) throws InterruptedException, ExecutionException {
        Future.<Void>future(sent -> context.runOnContext(now -> request.response()
                        .sendFile(file.toString(), offset, length)
                        .onComplete(sent)))
                .toCompletionStage()
                .toCompletableFuture()
                .get();
    }

    void end() {
        context.runOnContext(now -> request.response().end());
    }

    void breakOff() {
        context.runOnContext(now -> request.connection().close());
    }

    private void head(int status, String contentType) {
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", contentType)
                .putHeader(RequestId.HEADER, requestId)
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Content-Type-Options", "nosniff");
    }

    private void log(int status) {
        LOG.atLevel(level)
                .addKeyValue("method", request.method().name())
                .addKeyValue("path", path)
                .addKeyValue("status", status)
                .addKeyValue("durationMs", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began))
                .addKeyValue("requestId", requestId)
                .addKeyValue("guid", guid)
                .log("request");
    }
}

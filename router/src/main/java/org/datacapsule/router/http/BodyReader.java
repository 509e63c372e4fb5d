package org.datacapsule.router.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/** Collects a request's body on the event loop, up to a size and a time. */
final class BodyReader {
    private final Vertx vertx;
    private final int most;
    private final Duration timeout;

    BodyReader(Vertx vertx, int most, Duration timeout) {
        this.vertx = vertx;
        this.most = most;
        this.timeout = timeout;
    }

    /**
     * What goes past the limit is still read and dropped: a client that is cut off while it sends never reads why. One
     * that sends on past the timeout is cut off.
     */
    Future<Buffer> read(HttpServerRequest request) {
        Promise<Buffer> body = Promise.promise();
        Buffer read = Buffer.buffer();
        long timer = vertx.setTimer(timeout.toMillis(), late -> {
            if (!body.tryFail(timedOut())) {
                request.connection().close();
            }
        });
        if (announced(request) > most) {
            body.fail(tooLarge());
        }
        request.handler(chunk -> {
            if (read.length() + chunk.length() > most) {
                body.tryFail(tooLarge());
            } else {
                read.appendBuffer(chunk);
            }
        });
        request.endHandler(end -> {
            vertx.cancelTimer(timer);
            body.tryComplete(read);
        });
        request.exceptionHandler(broken -> {
            vertx.cancelTimer(timer);
            body.tryFail(new ProblemException(ErrorCode.REQUEST_MALFORMED, "The request ended before its body did."));
        });
        return body.future();
    }

    private static long announced(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        try {
            return length == null ? 0 : Long.parseLong(length.strip());
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private ProblemException tooLarge() {
        return new ProblemException(
                ErrorCode.REQUEST_TOO_LARGE,
                "The body is larger than " + most + " bytes, which is the most there may be.");
    }

    private ProblemException timedOut() {
        return new ProblemException(
                ErrorCode.REQUEST_TIMEOUT, "The body did not arrive within " + timeout.toSeconds() + " seconds.");
    }
}

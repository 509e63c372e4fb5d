package org.datacapsule.router.http;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** A server of the tests on a free port of loopback. */
final class RunningServer implements AutoCloseable {
    static final HttpConfig CONFIG = new HttpConfig(
            "127.0.0.1",
            0,
            "",
            Optional.empty(),
            256 * 1024,
            Duration.ofSeconds(5),
            64,
            Duration.ofSeconds(5),
            Optional.empty());

    private final Vertx vertx;
    private final ApiServer server;
    private final int port;

    private RunningServer(Vertx vertx, ApiServer server, int port) {
        this.vertx = vertx;
        this.server = server;
        this.port = port;
    }

    static RunningServer start(HttpConfig config, AuthConfig auth, Endpoints endpoints)
            throws IOException, InterruptedException, ExecutionException {
        return start(config, auth, endpoints, Map.of("database", () -> true));
    }

    static RunningServer start(
            HttpConfig config, AuthConfig auth, Endpoints endpoints, Map<String, Callable<Boolean>> checks)
            throws IOException, InterruptedException, ExecutionException {
        Vertx vertx = Vertx.vertx();
        ApiServer server = new ApiServer(
                vertx,
                config,
                Contract.load(),
                endpoints,
                List.of(),
                Authenticator.create(vertx, auth, Clock.systemUTC()),
                new ErrorRenderer(failure -> Optional.empty()),
                RefusalLog.NONE,
                checks);
        int port = server.start().toCompletionStage().toCompletableFuture().get();
        return new RunningServer(vertx, server, port);
    }

    int port() {
        return port;
    }

    ApiServer server() {
        return server;
    }

    @Override
    public void close() {
        try {
            server.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}

package org.datacapsule.router.database;

import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import java.util.concurrent.ExecutionException;

/** Turns a driver's future into a blocking call, for virtual threads. */
final class Await {

    private Await() {}

    static <T> T on(Future<T> future) throws InterruptedException {
        try {
            return future.toCompletionStage().toCompletableFuture().get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof PgException refused && !isAway(refused)) {
                throw refused;
            }
            throw new DatabaseUnavailableException(cause);
        }
    }

    /** Connection exceptions, too many connections, and a server that stops or starts (Postgres appendix A). */
    private static boolean isAway(PgException e) {
        String state = e.getSqlState();
        return state != null && (state.startsWith("08") || state.startsWith("57P") || state.equals("53300"));
    }
}

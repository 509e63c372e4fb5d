package org.datacapsule.router.database;

import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pool of connections. Blocks its callers, which are virtual threads. */
public final class Database implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final int SECONDS_FOR_A_CONNECTION = 5;
    private static final int LONGEST_STATEMENT = 16 * 1024;

    private final Pool pool;

    private Database(Pool pool) {
        this.pool = pool;
    }

    public static Database open(Vertx vertx, DatabaseConfig config) throws IOException {
        PgConnectOptions options = new PgConnectOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setDatabase(config.name())
                .setUser(config.user())
                .setCachePreparedStatements(true)
                // The longest gain most from being planned once, and the driver leaves out those of 2 KB.
                .setPreparedStatementCacheSqlLimit(LONGEST_STATEMENT)
                .addProperty("application_name", "datacapsule-router")
                .addProperty("TimeZone", "UTC");
        if (config.passwordFile().isPresent()) {
            options.setPassword(Files.readString(config.passwordFile().get()).strip());
        }
        return new Database(PgBuilder.pool()
                .connectingTo(options)
                .with(new PoolOptions()
                        .setMaxSize(config.connections())
                        .setConnectionTimeout(SECONDS_FOR_A_CONNECTION)
                        .setConnectionTimeoutUnit(TimeUnit.SECONDS))
                .using(vertx)
                .build());
    }

    /** Over a pool that was opened elsewhere, and is closed with this. */
    public static Database over(Pool pool) {
        return new Database(pool);
    }

    /** Work inside one transaction. */
    @FunctionalInterface
    public interface Work<T> {
        T in(Tx tx) throws InterruptedException;
    }

    /**
     * Commits what {@code work} did, or rolls it back when it throws.
     *
     * @throws DatabaseUnavailableException when Postgres is away
     */
    public <T> T transaction(Work<T> work) throws InterruptedException {
        SqlConnection connection = Await.on(pool.getConnection());
        try {
            Transaction transaction = Await.on(connection.begin());
            Tx tx = new Tx(connection);
            T result;
            try {
                result = work.in(tx);
            } catch (RuntimeException | InterruptedException | Error e) {
                rollBack(transaction);
                throw e;
            }
            Await.on(transaction.commit());
            tx.committed();
            return result;
        } finally {
            var unused = connection.close();
        }
    }

    /** Reads with several statements that see the same moment. */
    public <T> T snapshot(Work<T> work) throws InterruptedException {
        return transaction(tx -> {
            tx.update("set transaction isolation level repeatable read read only", Tuple.tuple());
            return work.in(tx);
        });
    }

    /** Reads with single statements that need no common snapshot. */
    public <T> T read(Work<T> work) throws InterruptedException {
        return work.in(new Tx(pool));
    }

    /** Whether a statement can be run now. */
    public boolean answers() {
        try {
            return read(tx -> tx.first("select 1", Tuple.tuple(), row -> true)).orElse(false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (RuntimeException e) {
            return false;
        }
    }

    @Override
    public void close() {
        pool.close().toCompletionStage().toCompletableFuture().join();
    }

    private static void rollBack(Transaction transaction) {
        transaction
                .rollback()
                .onFailure(e -> LOG.atDebug().setCause(e).log("the connection was lost, so nothing is left"));
    }
}

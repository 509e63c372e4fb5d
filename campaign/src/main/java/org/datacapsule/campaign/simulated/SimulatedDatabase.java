package org.datacapsule.campaign.simulated;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.devkit.DevPostgres;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.DatabaseConfig;
import org.datacapsule.router.database.DatabaseUnavailableException;
import org.datacapsule.router.database.Migrations;
import org.datacapsule.router.host.PortStore;

/**
 * A database of a real Postgres whose clock is the simulation's: {@code now()} and its kin are found in a schema of ours before
 * Postgres' own, so that the routers' statements need not know. It can be away, and lose the answer to a commit.
 */
final class SimulatedDatabase implements AutoCloseable {
    private static final String SUPERUSER = "postgres";
    private static final int CONNECTIONS = 4;
    private static final String CLOCK = """
            create schema clock;
            create sequence clock.ids;
            create function clock.now() returns timestamptz stable language sql
                as 'select coalesce(current_setting(''clock.now'', true), ''2026-01-01Z'')::timestamptz';
            create function clock.clock_timestamp() returns timestamptz stable language sql as 'select clock.now()';
            create function clock.statement_timestamp() returns timestamptz stable language sql as 'select clock.now()';
            create function clock.gen_random_uuid() returns uuid volatile language sql
                as 'select md5(nextval(''clock.ids'')::text)::uuid';
            """;
    /** What no update may do is written down where it is done: a look now and then could miss it. */
    private static final String WATCH = """
            create table clock.breach (text text not null);
            create function clock.watch_generation() returns trigger language plpgsql as $$
            begin
                if new.generation < old.generation then
                    insert into clock.breach values ('capsule ' || new.id || ' went from generation ' || old.generation
                        || ' back to ' || new.generation);
                end if;
                return null;
            end
            $$;
            create trigger watch_generation after update on public.capsule
                for each row execute function clock.watch_generation();
            """;

    private final Vertx vertx;
    private final Pool pool;
    private final SqlConnection reads;
    private final Connection admin;
    private final String reset;
    private Timeline time;
    private Random random = new Random();
    private boolean away;
    private int lostCommits;
    private long commits;
    private String ended = "";

    private SimulatedDatabase(Vertx vertx, Pool pool, SqlConnection reads, Connection admin, String reset) {
        this.vertx = vertx;
        this.pool = pool;
        this.reads = reads;
        this.admin = admin;
        this.reset = reset;
        this.time = new Timeline(random, failure -> {});
    }

    /** A database of its own in this Postgres. */
    static SimulatedDatabase open(DevPostgres postgres, String name)
            throws IOException, SQLException, InterruptedException {
        try (Connection server = connect(postgres, postgres.database());
                Statement statement = server.createStatement()) {
            statement.execute("create database " + name);
            statement.execute("alter database " + name + " set search_path = public, clock, pg_catalog");
        }
        Connection admin = connect(postgres, name);
        execute(admin, CLOCK);
        Migrations.apply(
                new DatabaseConfig("127.0.0.1", postgres.port(), name, SUPERUSER, Optional.empty(), CONNECTIONS));
        execute(admin, WATCH);
        Vertx vertx = Vertx.vertx();
        PgConnectOptions options = new PgConnectOptions()
                .setHost("127.0.0.1")
                .setPort(postgres.port())
                .setDatabase(name)
                .setUser(SUPERUSER)
                .setCachePreparedStatements(true)
                .setPreparedStatementCacheSqlLimit(16 * 1024)
                .addProperty("TimeZone", "UTC");
        Pool pool = PgBuilder.pool()
                .connectingTo(options)
                .with(new PoolOptions().setMaxSize(CONNECTIONS))
                .using(vertx)
                .build();
        SimulatedDatabase database = new SimulatedDatabase(
                vertx,
                pool,
                pool.getConnection().toCompletionStage().toCompletableFuture().join(),
                admin,
                resetStatements(admin));
        database.router().transaction(tx -> {
            new PortStore().fitGuestSlots(tx, GuestNetwork.parse(World.GUESTS).slots());
            return true;
        });
        return database;
    }

    /** A host of this name has joined; what it signs with does not matter here. */
    void join(String host) throws SQLException {
        try (PreparedStatement insert = admin.prepareStatement("""
                insert into host_identity (host_id, addresses, public_key, key_id, ends_at)
                values (?, '{}', 'none', 'none', 'infinity')
                """)) {
            insert.setString(1, host);
            insert.executeUpdate();
        }
    }

    private static Connection connect(DevPostgres postgres, String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/" + database, SUPERUSER, "");
    }

    private static void execute(Connection connection, String statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(statements);
        }
    }

    private static String resetStatements(Connection admin) throws SQLException {
        List<String> statements = new ArrayList<>();
        // Neither foreign keys nor the triggers that keep logs from being deleted.
        statements.add("set session_replication_role = replica");
        String tables = """
                select format('delete from %I.%I', schemaname, tablename) from pg_tables
                where (schemaname = 'public' and tablename not in ('flyway_schema_history', 'guest_slot', 'audit_head'))
                   or (schemaname = 'clock' and tablename = 'breach')
                union all
                select format('select setval(''%I.%I'', 1, false)', schemaname, sequencename) from pg_sequences
                """;
        try (Statement statement = admin.createStatement();
                ResultSet rows = statement.executeQuery(tables)) {
            while (rows.next()) {
                statements.add(rows.getString(1));
            }
        }
        statements.add("update guest_slot set capsule_id = null where capsule_id is not null");
        statements.add("update audit_head set position = 0, hash = sha256('datacapsule audit chain 1')");
        statements.add("set session_replication_role = origin");
        return String.join(";\n", statements);
    }

    /** As it was when it was made, and at the beginning of this time. */
    void reset(Timeline of, Random faults, Sabotage sabotage) throws SQLException {
        execute(admin, ended);
        execute(admin, reset);
        execute(admin, sabotage.begin());
        ended = sabotage.end();
        time = of;
        random = faults;
        away = false;
        lostCommits = 0;
    }

    /** For whoever looks at it from outside of the simulation. */
    Connection admin() {
        return admin;
    }

    void setAway(boolean isAway) {
        away = isAway;
    }

    /** Of this many commits the answer to one is lost, after it was made or before; 0 for none. */
    void setLostCommits(int oneIn) {
        lostCommits = oneIn;
    }

    /** Grows with each transaction that anybody commits. */
    long commits() {
        return commits;
    }

    /** As a router has it. */
    Database router() {
        return Database.over(proxy(Pool.class, (name, arguments, call) -> switch (name) {
            case "getConnection" ->
                away
                        ? Future.failedFuture(new IOException("Postgres is away"))
                        : pool.getConnection().map(this::connection);
            case "preparedQuery" -> {
                if (away) {
                    throw new DatabaseUnavailableException(new IOException("Postgres is away"));
                }
                tellTime(reads);
                yield reads.preparedQuery((String) arguments[0]);
            }
            default -> call.on(pool);
        }));
    }

    private SqlConnection connection(SqlConnection real) {
        tellTime(real);
        return proxy(
                SqlConnection.class,
                (name, arguments, call) -> name.equals("begin") ? real.begin().map(this::transaction) : call.on(real));
    }

    private Transaction transaction(Transaction real) {
        return proxy(Transaction.class, (name, arguments, call) -> {
            if (!name.equals("commit")) {
                return call.on(real);
            }
            commits++;
            if (lostCommits == 0 || random.nextInt(lostCommits) != 0) {
                return call.on(real);
            }
            Future<Void> end = random.nextBoolean() ? real.commit() : real.rollback();
            return end.compose(done -> Future.failedFuture(new IOException("the connection broke at the commit")));
        });
    }

    /** Sent ahead of what follows on the connection, so nobody waits for it. */
    private void tellTime(SqlConnection connection) {
        var unused = connection
                .preparedQuery("select set_config('clock.now', $1, false)")
                .execute(Tuple.of(time.instant().toString()));
    }

    /** A call that can be made on what stands behind. */
    @FunctionalInterface
    private interface Call {
        Object on(Object target) throws Throwable;
    }

    @FunctionalInterface
    private interface Calls {
        Object take(String method, Object[] arguments, Call call) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Calls calls) {
        InvocationHandler handler = (self, method, arguments) -> calls.take(method.getName(), arguments, target -> {
            try {
                return method.invoke(target, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @Override
    public void close() throws SQLException {
        admin.close();
        pool.close().toCompletionStage().toCompletableFuture().join();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}

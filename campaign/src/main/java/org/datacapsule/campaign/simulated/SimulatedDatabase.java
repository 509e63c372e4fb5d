package org.datacapsule.campaign.simulated;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.devkit.DevPostgres;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.DatabaseConfig;
import org.datacapsule.router.database.DatabaseUnavailableException;
import org.datacapsule.router.database.Migrations;
import org.datacapsule.router.host.PortStore;
import org.datacapsule.router.user.Quota;

/**
 * A database of a real Postgres whose clock is the simulation's: {@code now()} and its kin are found in a schema of ours before
 * Postgres' own, so that the routers' statements need not know. It can be away, and lose the answer to a commit.
 */
final class SimulatedDatabase implements AutoCloseable {
    private static final String SUPERUSER = "postgres";
    private static final int CONNECTIONS = 4;
    private static final Pattern WRITE = Pattern.compile("(insert into|update|delete from) (operation|eviction)\\b");
    private static final Map<String, Boolean> WRITES = new ConcurrentHashMap<>();
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
            create table clock.breach (rule text not null, text text not null);
            create function clock.watch_generation() returns trigger language plpgsql as $$
            begin
                if new.generation < old.generation then
                    insert into clock.breach values ('GENERATIONS_GROW', 'capsule ' || new.id || ' went from generation ' || old.generation
                        || ' back to ' || new.generation);
                end if;
                return null;
            end
            $$;
            create trigger watch_generation after update on public.capsule
                for each row execute function clock.watch_generation();
            create function clock.watch_quota() returns trigger language plpgsql as $$
            begin
                insert into clock.breach
                select 'QUOTA', 'user ' || u.guid || ' has ' || sum(c.vcpus) || ' processors and ' || sum(c.memory_mb)
                    || ' MiB of memory with capsule ' || new.id || ', and the limits are '
                    || coalesce(u.quota_vcpus, DEFAULT_VCPUS) || ' and ' || coalesce(u.quota_memory_mb, DEFAULT_MEMORY)
                from users u join member m on m.user_guid = u.guid join capsule c on c.id = m.capsule_id
                where m.role in ('OWNER-CONTROLLER', 'OWNER') and c.state <> 'DELETED'
                  and u.guid = (select o.user_guid from member o
                                where o.capsule_id = new.id and o.role in ('OWNER-CONTROLLER', 'OWNER'))
                group by u.guid
                having sum(c.vcpus) > coalesce(u.quota_vcpus, DEFAULT_VCPUS)
                    or sum(c.memory_mb) > coalesce(u.quota_memory_mb, DEFAULT_MEMORY);
                return null;
            end
            $$;
            create constraint trigger watch_quota after insert on public.capsule deferrable initially deferred
                for each row execute function clock.watch_quota();
            create function clock.watch_evacuation() returns trigger language plpgsql as $$
            begin
                insert into clock.breach
                select 'ONE_HOME', 'capsule ' || new.capsule_id || ' was given away from host ' || h.id
                    || ', which is not fenced'
                from host h where h.id = new.from_host and h.fence_state is distinct from 'FENCED';
                return null;
            end
            $$;
            create trigger watch_evacuation after insert on public.evacuation
                for each row execute function clock.watch_evacuation();
            create function clock.watch_release() returns trigger language plpgsql as $$
            begin
                if new.status = 'RELEASED' and not exists (
                        select from result_vote v where v.result_id = new.id and not exists (
                            select from member_ever m where m.capsule_id = new.capsule_id and m.user_guid = v.reviewer)) then
                    insert into clock.breach values
                        ('RESULTS', 'result ' || new.id || ' was released and no reviewer has approved of it');
                end if;
                return null;
            end
            $$;
            create trigger watch_release after insert or update on public.result
                for each row execute function clock.watch_release();
            """;

    private final Vertx vertx;
    private final Pool pool;
    private final SqlConnection reads;
    private final Deque<SqlConnection> free = new ArrayDeque<>();
    private final Connection admin;
    private final String reset;
    private Timeline time;
    private Random random = new Random();
    private boolean away;
    private int lostCommits;
    private long changes;
    private String ended = "";

    private SimulatedDatabase(Vertx vertx, Pool pool, SqlConnection reads, Connection admin, String reset) {
        this.vertx = vertx;
        this.pool = pool;
        this.reads = reads;
        this.admin = admin;
        this.reset = reset;
        this.time = new Timeline(random, failure -> {});
    }

    /**
     * A database of its own in this Postgres.
     *
     * @param quota of users who have none of their own
     */
    static SimulatedDatabase open(DevPostgres postgres, String name, Quota quota)
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
        execute(
                admin,
                WATCH.replace("DEFAULT_VCPUS", Integer.toString(quota.vcpus()))
                        .replace("DEFAULT_MEMORY", Integer.toString(quota.memoryMb())));
        keepStill(admin, name);
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
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
        SimulatedDatabase database = new SimulatedDatabase(vertx, pool, connect(pool), admin, resetStatements(admin));
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

    /**
     * Tables are emptied and not deleted from, so that rows lie in them alike in every run: where a statement does not say in which
     * order it wants them, that decides.
     */
    private static String resetStatements(Connection admin) throws SQLException {
        List<String> statements = new ArrayList<>();
        // Not the triggers that keep logs as they are.
        statements.add("set session_replication_role = replica");
        String tables = """
                select 'truncate ' || string_agg(format('%I.%I', schemaname, tablename), ', ') from pg_tables
                where (schemaname = 'public' and tablename not in ('flyway_schema_history', 'audit_head'))
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
        statements.add("insert into guest_slot (slot) select generate_series(0, "
                + (GuestNetwork.parse(World.GUESTS).slots() - 1) + ")");
        statements.add("update audit_head set position = 0, hash = sha256('datacapsule audit chain 1')");
        statements.add("set session_replication_role = origin");
        return String.join(";\n", statements);
    }

    /** Whoever tidies up in the background, or plans anew, does so at a moment of its own. */
    private static void keepStill(Connection admin, String name) throws SQLException {
        execute(admin, "alter database " + name + " set plan_cache_mode = force_generic_plan");
        try (Statement statement = admin.createStatement();
                ResultSet rows = statement.executeQuery("""
                        select string_agg(format('alter table %I.%I set (autovacuum_enabled = false)', schemaname, tablename), ';')
                        from pg_tables where schemaname in ('public', 'clock')
                        """)) {
            rows.next();
            execute(admin, rows.getString(1));
        }
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

    /** State and host of a capsule, as an operator sees them; empty when there is none. */
    Optional<JsonObject> capsule(String id) {
        try (PreparedStatement select =
                admin.prepareStatement("select state, host_id from capsule where id = ?::uuid")) {
            select.setString(1, id);
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? Optional.of(
                                new JsonObject().put("state", row.getString(1)).put("host", row.getString(2)))
                        : Optional.empty();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Capsules that live elsewhere and that the host has been told to set aside. */
    List<CapsuleId> givenAway(String host) {
        List<CapsuleId> capsules = new ArrayList<>();
        try (PreparedStatement select = admin.prepareStatement("select e.capsule_id from eviction e join capsule c"
                + " on c.id = e.capsule_id where e.host_id = ? and e.work = 'SET_ASIDE' and c.host_id <> e.host_id")) {
            select.setString(1, host);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    capsules.add(new CapsuleId(rows.getObject(1, UUID.class)));
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return capsules;
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

    /** Grows with each commit of a transaction that wrote to what loops wait for: operations and evictions. */
    long changes() {
        return changes;
    }

    /** As a router has it. */
    Database router() {
        return Database.over(proxy(Pool.class, (name, arguments, call) -> switch (name) {
            case "getConnection" ->
                away ? Future.failedFuture(new IOException("Postgres is away")) : Future.succeededFuture(connection());
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

    /** One that nobody has; the pool's own way to it leads over other threads. */
    private SqlConnection connection() {
        SqlConnection real = free.isEmpty() ? connect(pool) : free.pop();
        tellTime(real);
        AtomicBoolean writes = new AtomicBoolean();
        return proxy(SqlConnection.class, (name, arguments, call) -> {
            if (name.equals("begin")) {
                // Sent ahead of the first statement, so nobody waits for it.
                var unused = say(real, "begin");
                return Future.succeededFuture(transaction(real, writes));
            }
            if (name.equals("preparedQuery") && isWrite((String) arguments[0])) {
                writes.set(true);
            }
            if (name.equals("close")) {
                free.push(real);
                return Future.succeededFuture();
            }
            return call.on(real);
        });
    }

    private static SqlConnection connect(Pool pool) {
        return pool.getConnection().toCompletionStage().toCompletableFuture().join();
    }

    private static boolean isWrite(String sql) {
        return WRITES.computeIfAbsent(sql, it -> WRITE.matcher(it).find());
    }

    private Transaction transaction(SqlConnection real, AtomicBoolean writes) {
        return proxy(Transaction.class, (name, arguments, call) -> switch (name) {
            case "rollback" -> say(real, "rollback");
            case "commit" -> {
                if (writes.get()) {
                    changes++;
                }
                if (lostCommits == 0 || random.nextInt(lostCommits) != 0) {
                    yield say(real, "commit");
                }
                yield say(real, random.nextBoolean() ? "commit" : "rollback")
                        .compose(done -> Future.failedFuture(new IOException("the connection broke at the commit")));
            }
            default -> throw new IllegalStateException("nobody is expected to call " + name + " on a transaction");
        });
    }

    private static Future<Void> say(SqlConnection real, String statement) {
        return real.query(statement).execute().mapEmpty();
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

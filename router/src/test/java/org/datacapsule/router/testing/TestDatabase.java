package org.datacapsule.router.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.datacapsule.router.database.DatabaseConfig;
import org.datacapsule.router.database.Migrations;

/** A database of its own, with the schema and nothing in it, in a Postgres that all tests of this JVM share and that ends with it. */
public final class TestDatabase implements AutoCloseable {
    private static final String USER = "postgres";
    private static final AtomicInteger MADE = new AtomicInteger();

    private final EmbeddedPostgres postgres;
    private final String name;

    /** A server and a database to copy take seconds to make. */
    private static final class Shared {
        static final String TEMPLATE = "template_of_tests";
        static final EmbeddedPostgres POSTGRES = start();

        private static EmbeddedPostgres start() {
            try {
                EmbeddedPostgres postgres = EmbeddedPostgres.builder().start();
                execute(postgres, "create database " + TEMPLATE);
                Migrations.apply(config(postgres, TEMPLATE));
                return postgres;
            } catch (IOException | SQLException e) {
                throw new AssertionError(e);
            }
        }
    }

    private TestDatabase(EmbeddedPostgres postgres, String name) {
        this.postgres = postgres;
        this.name = name;
    }

    public static TestDatabase make() throws SQLException {
        EmbeddedPostgres postgres = Shared.POSTGRES;
        String name = "test_" + MADE.incrementAndGet();
        execute(postgres, "create database " + name + " template " + Shared.TEMPLATE);
        return new TestDatabase(postgres, name);
    }

    public DatabaseConfig config() {
        return config(postgres, name);
    }

    /** Of JDBC, beside the pool of what is tested. */
    public Connection connect() throws SQLException {
        return postgres.getDatabase(USER, name).getConnection();
    }

    /** Whoever is connected yet is cut off. */
    @Override
    public void close() throws SQLException {
        execute(postgres, "drop database " + name + " with (force)");
    }

    private static DatabaseConfig config(EmbeddedPostgres postgres, String name) {
        return new DatabaseConfig("127.0.0.1", postgres.getPort(), name, USER, Optional.empty(), 4);
    }

    private static void execute(EmbeddedPostgres postgres, String statement) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statements = connection.createStatement()) {
            statements.execute(statement);
        }
    }
}

package org.datacapsule.devkit;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** Who may connect, and to what: the user, its database, and passwords where the plan has one. */
final class PostgresAccess {
    private static final String SUPERUSER = "postgres";

    private PostgresAccess() {}

    static String jdbcUrl(int port, String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** Repeatable: makes only what is missing. */
    static void prepare(PostgresPlan plan, int port) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("user", SUPERUSER);
        plan.password().ifPresent(password -> properties.setProperty("password", password));
        try (Connection connection = DriverManager.getConnection(jdbcUrl(port, SUPERUSER), properties);
                Statement statement = connection.createStatement()) {
            if (missing(connection, "select 1 from pg_roles where rolname = ?", plan.user())) {
                statement.execute("create role " + plan.user() + " login");
            }
            if (missing(connection, "select 1 from pg_database where datname = ?", plan.database())) {
                statement.execute("create database " + plan.database() + " owner " + plan.user());
            }
            if (plan.password().isPresent()) {
                String password = statement.enquoteLiteral(plan.password().get());
                statement.execute("alter role " + SUPERUSER + " password " + password);
                statement.execute("alter role " + plan.user() + " password " + password);
            }
            Files.writeString(
                    plan.data().resolve("pg_hba.conf"),
                    "host all all 127.0.0.1/32 " + (plan.password().isPresent() ? "scram-sha-256" : "trust") + "\n");
            statement.execute("select pg_reload_conf()");
        } catch (SQLException e) {
            throw new IOException("Postgres on port " + port + " refuses its own superuser: " + e.getMessage(), e);
        }
    }

    private static boolean missing(Connection connection, String query, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, name);
            return !statement.executeQuery().next();
        }
    }
}

package org.datacapsule.devkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevPostgresIT {
    private static final String PASSWORD = "it's a secret";

    @TempDir
    Path directory;

    @Test
    void aTemporaryServerIsGoneAfterwards() throws Exception {
        Path directory;
        try (DevPostgres postgres = DevPostgres.temporary()) {
            directory = postgres.data();
            try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl())) {
                assertThat(connection.isValid(1)).isTrue();
            }
        }
        assertThat(directory.getParent()).doesNotExist();
        assertThat(Postmaster.of(directory)).isEmpty();
    }

    @Test
    void dataIsKeptAndOnlyThePasswordOpens() throws Exception {
        try (DevPostgres postgres = DevPostgres.serve(plan())) {
            execute(postgres, "create table kept (name text)");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> DriverManager.getConnection(postgres.jdbcUrl() + "&password=wrong"));
        }
        try (DevPostgres postgres = DevPostgres.serve(plan())) {
            execute(postgres, "insert into kept values ('still')");
            assertThat(postgres.adopted()).isFalse();
        }
    }

    @Test
    void onlyOneServesADirectory() throws Exception {
        try (DevPostgres postgres = DevPostgres.serve(plan())) {
            assertThat(postgres.port()).isPositive();
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> DevPostgres.serve(plan()))
                    .withMessageContaining("already serves");
        }
    }

    @Test
    void aServerThatOutlivedItsDevkitIsAdopted() throws Exception {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process killed = new ProcessBuilder(
                        java.toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        DevkitMain.class.getName(),
                        "postgres",
                        "--data",
                        plan().data().toString(),
                        "--port",
                        "0",
                        "--password-file",
                        Files.writeString(directory.resolve("password"), PASSWORD)
                                .toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(killed.inputReader().readLine()).startsWith("ready jdbc:postgresql://127.0.0.1:");
        killed.destroyForcibly().waitFor();

        try (DevPostgres postgres = DevPostgres.serve(plan())) {
            assertThat(postgres.adopted()).isTrue();
            execute(postgres, "select 1");
        }
    }

    @Test
    void aPidFileThatNamesAStrangerIsNoObstacle() throws Exception {
        try (DevPostgres postgres = DevPostgres.serve(plan())) {
            assertThat(postgres.adopted()).isFalse();
        }
        String stranger = ProcessHandle.current().pid() + "\n" + plan().data() + "\n1\n5432\n";
        Files.writeString(plan().data().resolve("postmaster.pid"), stranger);

        try (DevPostgres postgres = DevPostgres.serve(plan())) {
            assertThat(postgres.adopted()).isFalse();
        }
        assertThat(ProcessHandle.current().isAlive()).isTrue();
    }

    private PostgresPlan plan() {
        return new PostgresPlan(directory.resolve("data"), 0, "capsules", "capsules", Optional.of(PASSWORD));
    }

    private static void execute(DevPostgres postgres, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        PostgresAccess.jdbcUrl(postgres.port(), postgres.database()), postgres.user(), PASSWORD);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}

package org.datacapsule.devkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Serves one data directory until SIGTERM or the server's end. */
@Command(
        name = "postgres",
        description =
                "Runs Postgres on a data directory, until SIGTERM. A server that outlived a killed devkit is adopted.",
        mixinStandardHelpOptions = true)
final class PostgresCommand implements Callable<Integer> {
    private static final int PORT_OF_THE_QUICKSTART = 7432;

    @Option(names = "--data", required = true, description = "The data directory, made when missing.")
    private Path data = Path.of("");

    @Option(names = "--port", description = "On 127.0.0.1 only (default: ${DEFAULT-VALUE}).")
    private int port = PORT_OF_THE_QUICKSTART;

    @Option(names = "--database", description = "Made when missing (default: ${DEFAULT-VALUE}).")
    private String database = "datacapsule";

    @Option(names = "--user", description = "Owner of the database, made when missing (default: ${DEFAULT-VALUE}).")
    private String user = "datacapsule";

    @Option(
            names = "--password-file",
            description = "Its first line is the password of the user; without, any is taken.")
    private @Nullable Path passwordFile;

    @Option(names = "--pid-file", description = "Gets this process's id.")
    private @Nullable Path pidFile;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (pidFile != null) {
            Files.writeString(pidFile, ProcessHandle.current().pid() + "\n");
        }
        PostgresPlan plan = new PostgresPlan(data.toAbsolutePath().normalize(), port, database, user, password());
        DevPostgres postgres = DevPostgres.serve(plan);
        Runtime.getRuntime().addShutdownHook(new Thread(postgres::close, "stop-postgres"));
        System.out.println("ready " + postgres.jdbcUrl() + " pid " + postgres.pid()
                + (postgres.adopted() ? " (was running already)" : ""));
        postgres.awaitEnd();
        System.err.println("error: Postgres ended by itself; its log is " + plan.log());
        return 1;
    }

    private Optional<String> password() throws IOException {
        return passwordFile == null
                ? Optional.empty()
                : Files.readString(passwordFile).lines().findFirst().map(String::strip);
    }
}

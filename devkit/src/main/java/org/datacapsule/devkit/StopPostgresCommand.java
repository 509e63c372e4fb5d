package org.datacapsule.devkit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Stops a server whose devkit is gone. */
@Command(
        name = "stop-postgres",
        description = "Stops whatever Postgres runs on a data directory; fine when none does.",
        mixinStandardHelpOptions = true)
final class StopPostgresCommand implements Callable<Integer> {

    @Option(names = "--data", required = true, description = "The data directory.")
    private Path data = Path.of("");

    @Override
    public Integer call() throws IOException {
        Optional<Postmaster> running = Postmaster.of(data.toAbsolutePath().normalize());
        if (running.isPresent()) {
            running.get().stop();
        }
        return 0;
    }
}

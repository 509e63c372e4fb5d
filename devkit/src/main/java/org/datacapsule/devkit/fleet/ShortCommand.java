package org.datacapsule.devkit.fleet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command that ends soon, and what it printed. */
public record ShortCommand(int exitStatus, String output) {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** @throws IOException when it fails, or does not end in time */
    public static String output(String... command) throws IOException, InterruptedException {
        return run(PATIENCE, List.of(command)).output();
    }

    static ShortCommand run(Duration patience, List<String> command) throws IOException, InterruptedException {
        ShortCommand done = attempt(patience, command);
        if (done.exitStatus() != 0) {
            throw new IOException(command + " ended with " + done.exitStatus() + ": " + done.output());
        }
        return done;
    }

    /** Whether the command succeeds. */
    static boolean succeeds(String... command) throws IOException, InterruptedException {
        return attempt(PATIENCE, List.of(command)).exitStatus() == 0;
    }

    static ShortCommand attempt(Duration patience, List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("datacapsule-command", ".out");
        Path errors = Files.createTempFile("datacapsule-command", ".err");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IOException(command + " did not end within " + patience);
            }
            Path said = process.exitValue() == 0 ? output : errors;
            return new ShortCommand(process.exitValue(), Files.readString(said, StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }
}

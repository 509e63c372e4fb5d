package org.datacapsule.devkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A running server, found by its {@code postmaster.pid}. A process id alone proves nothing, for ids are used again: a
 * postmaster is a process that is called postgres and whose working directory is the data directory.
 */
record Postmaster(ProcessHandle process, Path data, int port) {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int LINE_OF_THE_PORT = 3;

    /** The server of this directory. A pid file that names a stranger is removed, or Postgres would never start again. */
    static Optional<Postmaster> of(Path data) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file(data));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        Optional<ProcessHandle> process =
                lines.isEmpty() ? Optional.empty() : number(lines.get(0)).flatMap(ProcessHandle::of);
        if (process.isPresent() && serves(process.get(), data)) {
            int port = lines.size() > LINE_OF_THE_PORT
                    ? number(lines.get(LINE_OF_THE_PORT)).orElse(0L).intValue()
                    : 0;
            return Optional.of(new Postmaster(process.get(), data, port));
        }
        // The id of a dead process is Postgres's own affair: it also looks for back ends that are still there.
        if (process.isPresent() && ProcessHandle.allProcesses().noneMatch(any -> serves(any, data))) {
            Files.deleteIfExists(file(data));
        }
        return Optional.empty();
    }

    boolean running() {
        return serves(process, data);
    }

    /** Ends all sessions and stops, as {@code pg_ctl stop -m fast} does. */
    void stop() throws IOException {
        Path programs = executable(process)
                .map(Path::getParent)
                .orElseThrow(() -> new IOException("Postgres " + process.pid() + " ended meanwhile"));
        List<String> command = new ArrayList<>();
        if ("root".equals(System.getProperty("user.name"))) {
            // pg_ctl refuses to run as root; in a user namespace without a mapping it is nobody, with root's files.
            command.addAll(List.of("unshare", "-U"));
        }
        command.addAll(List.of(
                programs.resolve("pg_ctl").toString(),
                "-D",
                data.toString(),
                "-m",
                "fast",
                "-w",
                "-t",
                Long.toString(PATIENCE.toSeconds()),
                "stop"));
        Process stopping = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            boolean ended = stopping.waitFor(PATIENCE.toSeconds() * 2, TimeUnit.SECONDS);
            if ((!ended || stopping.exitValue() != 0) && running()) {
                throw new IOException("Postgres " + process.pid() + " on " + data + " does not stop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while Postgres was stopping", e);
        }
    }

    private static Path file(Path data) {
        return data.resolve("postmaster.pid");
    }

    private static boolean serves(ProcessHandle process, Path data) {
        try {
            return Files.isSameFile(Path.of("/proc/" + process.pid() + "/cwd"), data)
                    && executable(process)
                            .filter(path -> path.endsWith("postgres"))
                            .isPresent();
        } catch (IOException e) {
            return false;
        }
    }

    private static Optional<Path> executable(ProcessHandle process) {
        try {
            return Optional.of(Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/exe")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<Long> number(String text) {
        try {
            return Optional.of(Long.parseLong(text.strip()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}

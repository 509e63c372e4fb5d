package org.datacapsule.devkit.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One of our programs as a process. Its log goes on over restarts. It ends when this JVM does. */
public final class Program implements AutoCloseable {
    private static final Duration END_WITHIN = Duration.ofMinutes(1);
    /** What suits programs that start often on a small machine. */
    static final List<String> FOR_SHORT_RUNS = List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx512m",
            "-Xshare:auto",
            "-Dkeystore.pkcs12.keyPbeIterationCount=1");

    private final String name;
    private final Process process;
    private final Path log;
    private final Optional<ClassArchive.Writer> archive;
    private final Thread endWithUs;

    private Program(String name, Process process, Path log, Optional<ClassArchive.Writer> archive) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.archive = archive;
        this.endWithUs = new Thread(process::destroyForcibly, "end-" + name);
        Runtime.getRuntime().addShutdownHook(endWithUs);
    }

    /**
     * @param java options of the Java that runs it
     * @param settings go over those of the configuration file
     */
    static Program serve(String name, List<String> java, Path jar, Path config, Map<String, String> settings, Path log)
            throws IOException {
        ClassArchive classes = ClassArchive.of(jar);
        Optional<ClassArchive.Writer> archive = classes.writer();
        List<String> command =
                java(java, jar, archive.isPresent() ? archive.get().flags() : classes.flags());
        command.addAll(List.of("serve", "--config", config.toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        settings.forEach((key, value) -> builder.environment().put(variable(key), value));
        return new Program(name, builder.start(), log, archive);
    }

    /** The beginning of the command line that runs a command of ours which ends soon. */
    static List<String> java(Path jar) {
        return java(FOR_SHORT_RUNS, jar, List.of());
    }

    private static List<String> java(List<String> options, Path jar, List<String> moreFlags) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(moreFlags);
        command.addAll(List.of("-jar", jar.toString()));
        return command;
    }

    private static String variable(String key) {
        return "DATACAPSULE_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    public long pid() {
        return process.pid();
    }

    /** Where everything it says goes. */
    public Path log() {
        return log;
    }

    /** @throws IllegalStateException when it has ended, with the end of its log */
    void requireRunning() {
        if (!process.isAlive()) {
            throw new IllegalStateException(name + " ended with " + process.exitValue() + ":\n" + endOfLog());
        }
    }

    /** Ends it as a power cut would: {@code kill -9}. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        awaitEnd(END_WITHIN);
    }

    /** Waits until it ends by itself; answers its exit status. */
    public int awaitEnd(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(name + " did not end within " + limit + ":\n" + endOfLog());
        }
        forget(false);
        return process.exitValue();
    }

    /** Whether its end in good order makes later starts faster. */
    boolean writesArchive() {
        return archive.isPresent();
    }

    /** Tells it to end, and waits. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(END_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(name + " did not end when told to:\n" + endOfLog());
            }
            forget(true);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void forget(boolean endedInGoodOrder) {
        try {
            if (archive.isPresent()) {
                archive.get().done(endedInGoodOrder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            Runtime.getRuntime().removeShutdownHook(endWithUs);
        } catch (IllegalStateException e) {
            // This JVM ends: the hook does no harm.
        }
    }

    /** What it said last. */
    public String endOfLog() {
        int most = 60;
        try {
            List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - most), lines.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

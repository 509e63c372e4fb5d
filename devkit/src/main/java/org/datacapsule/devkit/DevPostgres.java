package org.datacapsule.devkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Postgres on the loopback. The server is a process of its own: when this one is killed it goes on, and the next
 * {@link #serve} of the same directory adopts it with the sessions it has.
 */
public final class DevPostgres implements AutoCloseable {
    private static final Duration START_WITHIN = Duration.ofSeconds(60);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final PostgresPlan plan;
    private final Postmaster server;
    /** Absent when the server was running before. */
    private final @Nullable EmbeddedPostgres started;

    private final FileChannel lock;
    private final @Nullable Path temporary;
    private boolean closed;

    private DevPostgres(
            PostgresPlan plan,
            Postmaster server,
            @Nullable EmbeddedPostgres started,
            FileChannel lock,
            @Nullable Path temporary) {
        this.plan = plan;
        this.server = server;
        this.started = started;
        this.lock = lock;
        this.temporary = temporary;
    }

    /** Serves a directory that is kept. */
    public static DevPostgres serve(PostgresPlan plan) throws IOException {
        return serve(plan, null);
    }

    /** A fresh server on a free port for a test; closing it removes all it had. */
    public static DevPostgres temporary() throws IOException {
        Path directory = Files.createTempDirectory("datacapsule-postgres");
        PostgresPlan plan =
                new PostgresPlan(directory.resolve("data"), 0, "datacapsule", "datacapsule", Optional.empty());
        try {
            return serve(plan, directory);
        } catch (IOException e) {
            deleteTree(directory);
            throw e;
        }
    }

    private static DevPostgres serve(PostgresPlan plan, @Nullable Path temporary) throws IOException {
        Files.createDirectories(plan.data().getParent());
        FileChannel lock = lock(plan);
        try {
            Optional<Postmaster> running = Postmaster.of(plan.data());
            if (running.isPresent() && plan.port() != 0 && running.get().port() != plan.port()) {
                running.get().stop();
                running = Optional.empty();
            }
            @Nullable EmbeddedPostgres started = running.isEmpty() ? start(plan, temporary != null) : null;
            Postmaster server = Postmaster.of(plan.data())
                    .orElseThrow(() -> new IOException("Postgres started and ended again; see " + plan.log()));
            try {
                PostgresAccess.prepare(plan, server.port());
            } catch (IOException e) {
                stop(started, server);
                throw e;
            }
            return new DevPostgres(plan, server, started, lock, temporary);
        } catch (IOException e) {
            lock.close();
            throw e;
        }
    }

    public int port() {
        return server.port();
    }

    public long pid() {
        return server.process().pid();
    }

    Path data() {
        return plan.data();
    }

    public String database() {
        return plan.database();
    }

    public String user() {
        return plan.user();
    }

    /** Without the password. */
    public String jdbcUrl() {
        return PostgresAccess.jdbcUrl(port(), plan.database()) + "?user=" + plan.user();
    }

    /** Whether the server was running before. */
    public boolean adopted() {
        return started == null;
    }

    /** Returns when the server has ended, whoever ended it. */
    public void awaitEnd() throws InterruptedException {
        while (server.running()) {
            Thread.sleep(LOOK_EVERY);
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (lock) {
            stop(started, server);
            if (temporary != null) {
                deleteTree(temporary);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void stop(@Nullable EmbeddedPostgres started, Postmaster server) throws IOException {
        if (started != null) {
            started.close();
        }
        if (server.running()) {
            server.stop();
        }
    }

    private static FileChannel lock(PostgresPlan plan) throws IOException {
        FileChannel channel = FileChannel.open(plan.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            @Nullable FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // Held by this very process: the same answer.
        }
        channel.close();
        throw new IOException("another process already serves " + plan.data() + "; it holds the lock " + plan.lock());
    }

    /** The library starts the server; from then on it is found by its pid file, started or adopted alike. */
    @SuppressWarnings({"MustBeClosedChecker", "resource"})
    private static EmbeddedPostgres start(PostgresPlan plan, boolean forgetful) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(plan.data())
                .setPort(plan.port())
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPGStartupWait(START_WITHIN)
                .setPgBinaryResolver((system, machine) -> binaries())
                .setLocaleConfig("locale", "C")
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("unix_socket_directories", "")
                .setServerConfig("fsync", forgetful ? "off" : "on")
                .setOutputRedirector(ProcessBuilder.Redirect.appendTo(plan.log().toFile()))
                .setErrorRedirector(ProcessBuilder.Redirect.appendTo(plan.log().toFile()));
        plan.password().ifPresent(password -> builder.setConnectConfig("password", password));
        if (!forgetful) {
            Files.createDirectories(plan.programs());
            builder.setOverrideWorkingDirectory(plan.programs().toFile());
        }
        try {
            return builder.start();
        } catch (IllegalStateException e) {
            throw new IOException("Postgres does not start: " + e.getMessage() + "; see " + plan.log(), e);
        }
    }

    /** The library's own look-up fails when one archive is on the class path twice, as a jar and in a manifest. */
    private static InputStream binaries() throws IOException {
        @Nullable InputStream archive = DevPostgres.class.getResourceAsStream("/postgres-linux-x86_64.txz");
        if (archive == null) {
            throw new IOException("no Postgres binaries for Linux on x86-64 are on the class path");
        }
        return archive;
    }

    private static void deleteTree(Path directory) throws IOException {
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(directory)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }
}

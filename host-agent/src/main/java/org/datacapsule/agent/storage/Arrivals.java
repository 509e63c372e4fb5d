package org.datacapsule.agent.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.datacapsule.agent.process.ProgramFailedException;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.wire.Departure.SentFile;

/**
 * Files that other hosts write to, each through a qemu-nbd of its own, which lives until the file is accepted or dropped and
 * outlives the agent. Who writes has a certificate of the hosts' authority; what was written is compared with what was sent.
 */
final class Arrivals {
    private static final String ARRIVING = ".arriving";
    private static final String WHOLE = ".whole";
    private static final String PID = ".arriving.pid";
    private static final String EXPORT = "file";
    private static final long GIB = 1L << 30;
    /** Beyond the disk's own size, for its tables and for an image that was larger than the disk asked for; it is all a hole. */
    private static final long SLACK_GIB = 64;

    private final MigrationConfig config;
    private final ProgramRunner programs;
    private final GuardedFiles files;

    Arrivals(MigrationConfig config, ProgramRunner programs, GuardedFiles files) {
        this.config = config;
        this.programs = programs;
        this.files = files;
    }

    /** Begins anew to expect the file, and answers the port it can be written at. */
    int expect(Path target, int diskGb) throws IOException {
        Path tls = config.requireTls();
        close(target);
        Files.deleteIfExists(beside(target, WHOLE));
        Path arriving = beside(target, ARRIVING);
        files.makeFile(arriving);
        try (FileChannel channel = FileChannel.open(arriving, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), (diskGb + SLACK_GIB) * GIB - 1);
        }
        int first = ThreadLocalRandom.current().nextInt(config.portCount());
        for (int tried = 0; tried < config.portCount(); tried++) {
            int port = config.firstPort() + (first + tried) % config.portCount();
            if (serve(arriving, beside(target, PID), port, tls)) {
                return port;
            }
        }
        throw new ProblemException(
                ErrorCode.HOST_PORT_TAKEN,
                "None of the ports that files are taken at is free; see migration.first-port and migration.port-count.");
    }

    /** Answers false when the port is taken. */
    private boolean serve(Path arriving, Path pid, int port, Path tls) {
        List<String> arguments = List.of(
                "qemu-nbd",
                "--fork",
                "--pid-file=" + pid,
                "--persistent",
                "--bind=" + config.address(),
                "--port=" + port,
                "--format=raw",
                "--export-name=" + EXPORT,
                "--discard=unmap",
                "--detect-zeroes=unmap",
                "--object=tls-creds-x509,id=tls0,endpoint=server,verify-peer=yes,dir=" + QemuOptions.escaped(tls),
                "--tls-creds=tls0",
                arriving.toString());
        try {
            programs.run(arguments);
            return true;
        } catch (ProgramFailedException e) {
            if (e.lastWords().contains("in use")) {
                return false;
            }
            throw Failures.of(e);
        }
    }

    /**
     * Nothing is written to it any more; when it is what was sent, it is the file from now on.
     *
     * @param adapt changes it for this host, once it has been compared
     */
    void accept(Path target, SentFile sent, Consumer<Path> adapt) throws IOException {
        close(target);
        Path arriving = beside(target, ARRIVING);
        Path whole = beside(target, WHOLE);
        if (Files.exists(arriving)) {
            try (FileChannel channel = FileChannel.open(arriving, StandardOpenOption.WRITE)) {
                channel.truncate(sent.bytes());
                channel.force(true);
            }
            requireSame(arriving, sent);
            // Adapted it is the same no longer, so its name says that it was.
            Files.move(arriving, whole, StandardCopyOption.ATOMIC_MOVE);
        }
        if (Files.exists(whole)) {
            adapt.accept(whole);
            files.writable(whole);
            Files.move(whole, target, StandardCopyOption.ATOMIC_MOVE);
        } else if (!Files.exists(target)) {
            throw new ProblemException(
                    ErrorCode.HOST_TRANSFER_DAMAGED, "The capsule's " + sent.file() + " has not arrived.");
        }
    }

    private static void requireSame(Path file, SentFile sent) throws IOException {
        if (!Departures.describe(sent.file(), file).equals(sent)) {
            throw new ProblemException(
                    ErrorCode.HOST_TRANSFER_DAMAGED,
                    "What has arrived of the capsule's " + sent.file() + " is not what was sent.");
        }
    }

    /** It is not expected any more. */
    void drop(Path target) throws IOException {
        close(target);
        Files.deleteIfExists(beside(target, ARRIVING));
        Files.deleteIfExists(beside(target, WHOLE));
    }

    /** Nobody can write to it any more. */
    void close(Path target) {
        Path pid = beside(target, PID);
        try {
            running(Long.parseLong(Files.readString(pid).strip()), beside(target, ARRIVING))
                    .ifPresent(Arrivals::end);
            Files.deleteIfExists(pid);
        } catch (NoSuchFileException e) {
            // Nobody serves it.
        } catch (IOException | NumberFormatException e) {
            throw new ProblemException(ErrorCode.HOST_TOOL_FAILED, "who serves a file that was to arrive is not known");
        }
    }

    /** The process of that number, if it is the one that serves the file: numbers are given again. */
    private static Optional<ProcessHandle> running(long pid, Path arriving) throws IOException {
        Path commandLine = Path.of("/proc", Long.toString(pid), "cmdline");
        if (!Files.exists(commandLine)) {
            return Optional.empty();
        }
        String words = new String(Files.readAllBytes(commandLine), StandardCharsets.UTF_8);
        return words.contains(arriving.toString()) ? ProcessHandle.of(pid) : Optional.empty();
    }

    private static void end(ProcessHandle server) {
        server.destroyForcibly();
        server.onExit().join();
    }

    private static Path beside(Path target, String suffix) {
        return target.resolveSibling(target.getFileName() + suffix);
    }
}

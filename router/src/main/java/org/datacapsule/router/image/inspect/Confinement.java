package org.datacapsule.router.image.inspect;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Where qemu-img runs: in namespaces of its own (bubblewrap), with no network, no files but the system's programs and
 * those it is given, and limits of memory, processor time and what it may write. A router that runs as root gives it
 * another user's id besides. It is never run otherwise: where a machine does not allow this, nothing is read.
 */
public final class Confinement implements AutoCloseable {
    /** Address space of the process; qemu-img needs a fraction of it. */
    private static final long MEMORY = 1L << 30;

    private static final int OPEN_FILES = 64;
    /** Nobody's, on every Debian. */
    private static final String NOBODY = "65534";

    private static final Duration TO_TRY = Duration.ofSeconds(30);

    private final boolean root;
    /** A program dies with the thread that started it, so that must not be one that comes and goes. */
    private final ExecutorService starter = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("confined").factory());

    private Confinement(boolean root) {
        this.root = root;
    }

    /**
     * A file as a confined program sees it.
     *
     * @param seenAs its path there
     */
    record Shown(Path file, String seenAs, boolean writable) {}

    /**
     * Finds out whether this machine can confine a process.
     *
     * @throws ConfinementException when it cannot; says why
     */
    public static Confinement open() throws ConfinementException, InterruptedException {
        Confinement confinement = new Confinement("root".equals(System.getProperty("user.name")));
        ConfinedRun.Ended tried = confinement.run(List.of("qemu-img", "--version"), List.of(), 0, TO_TRY);
        if (!tried.isGood()) {
            confinement.close();
            throw new ConfinementException(tried.lastWords());
        }
        return confinement;
    }

    /**
     * Runs a program until it ends or is killed.
     *
     * @param mostWritten bytes that a file it writes may have
     * @param limit of its time, on the clock and on the processor
     */
    ConfinedRun.Ended run(List<String> program, List<Shown> files, long mostWritten, Duration limit)
            throws InterruptedException {
        List<String> arguments = new ArrayList<>(namespaces());
        for (Shown shown : files) {
            arguments.addAll(List.of(
                    shown.writable() ? "--bind" : "--ro-bind", shown.file().toString(), shown.seenAs()));
        }
        arguments.add("--");
        arguments.addAll(identity());
        arguments.addAll(List.of(
                "prlimit",
                "--as=" + MEMORY,
                "--cpu=" + Math.max(1, limit.toSeconds()),
                "--fsize=" + mostWritten,
                "--nofile=" + OPEN_FILES,
                "--core=0",
                "--"));
        arguments.addAll(program);
        return ConfinedRun.run(starter, arguments, limit);
    }

    private List<String> namespaces() {
        List<String> arguments = new ArrayList<>(List.of(
                "bwrap",
                "--unshare-net",
                "--unshare-ipc",
                "--unshare-pid",
                "--unshare-uts",
                "--unshare-cgroup-try",
                "--die-with-parent",
                "--new-session",
                "--cap-drop",
                "ALL",
                "--clearenv",
                "--setenv",
                "LC_ALL",
                "C",
                "--setenv",
                "PATH",
                "/usr/bin",
                "--ro-bind",
                "/usr",
                "/usr",
                "--symlink",
                "usr/bin",
                "/bin",
                "--symlink",
                "usr/lib",
                "/lib",
                "--symlink",
                "usr/lib64",
                "/lib64",
                "--dev",
                "/dev"));
        arguments.addAll(
                root ? List.of("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID") : List.of("--unshare-user"));
        return arguments;
    }

    /** Who is not root stays who it is: in its own name space it is nobody who could do anything. */
    private List<String> identity() {
        return root
                ? List.of(
                        "setpriv",
                        "--reuid=" + NOBODY,
                        "--regid=" + NOBODY,
                        "--clear-groups",
                        "--inh-caps=-all",
                        "--no-new-privs",
                        "--")
                : List.of();
    }

    /** Ends what runs. */
    @Override
    public void close() {
        starter.shutdownNow();
    }

    /** The user that a confined program is, where that is another than this one's. */
    Optional<String> otherUser() {
        return root ? Optional.of(NOBODY) : Optional.empty();
    }
}

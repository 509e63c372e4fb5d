package org.datacapsule.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A libvirt beside the machine's that a test may kill: the same network interfaces and processes, and a state of its own. */
final class OwnLibvirt implements AutoCloseable {
    private static final Path SCRIPT = Path.of("src/test/resources/org/datacapsule/agent/fault/own-libvirt")
            .toAbsolutePath();
    private static final int SECONDS_TO_END = 20;

    private final Path folder;
    private final Process keeper;
    private final BufferedReader pids;
    private Optional<ProcessHandle> daemon = Optional.empty();

    OwnLibvirt() throws IOException {
        this.folder = Files.createTempDirectory(Path.of("/var/tmp"), "datacapsule-libvirt-");
        new ProcessBuilder("chmod", "711", folder.toString())
                .inheritIO()
                .start()
                .onExit()
                .join();
        this.keeper = new ProcessBuilder(List.of(
                        "unshare",
                        "--mount",
                        "--propagation",
                        "slave",
                        "--",
                        "tini",
                        "-s",
                        "--",
                        SCRIPT.toString(),
                        folder.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        this.pids = new BufferedReader(new InputStreamReader(keeper.getInputStream(), StandardCharsets.UTF_8));
        ensureRunning();
    }

    String uri() {
        return "qemu+unix:///system?socket=" + folder.resolve("run/libvirt/libvirt-sock");
    }

    boolean isRunning() {
        return daemon.filter(ProcessHandle::isAlive).isPresent();
    }

    void ensureRunning() throws IOException {
        if (isRunning()) {
            return;
        }
        OutputStream line = keeper.getOutputStream();
        line.write('\n');
        line.flush();
        String pid = pids.readLine();
        if (pid == null) {
            throw new IOException("the script that keeps libvirtd has ended");
        }
        daemon = ProcessHandle.of(Long.parseLong(pid));
    }

    /** With {@code kill -9}; its guests run on. */
    void kill() {
        daemon.ifPresent(it -> {
            it.destroyForcibly();
            it.onExit().orTimeout(SECONDS_TO_END, TimeUnit.SECONDS).join();
        });
    }

    @Override
    public void close() {
        kill();
        try {
            keeper.getOutputStream().close();
            keeper.onExit().orTimeout(SECONDS_TO_END, TimeUnit.SECONDS).join();
            new ProcessBuilder("rm", "-r", folder.toString())
                    .inheritIO()
                    .start()
                    .onExit()
                    .join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package org.datacapsule.agent.storage;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.datacapsule.common.config.Settings;
import org.datacapsule.common.id.HostId;

/**
 * The files of this host.
 *
 * @param directory holds capsules, images, results and journal
 * @param runtime holds sockets; several agents may share it
 * @param reserveGb GiB of its file system that capsules do not get
 * @param pool storage that other hosts have too; absent where the capsules lie in {@code directory}
 */
public record StorageConfig(Path directory, Path runtime, int reserveGb, Optional<StoragePool> pool) {
    /** The kernel takes no socket with a longer path (unix(7)). */
    private static final int LONGEST_SOCKET = 107;

    static final String CAPSULES = "capsules";
    private static final String RELEASES = "release";
    /** {@code /release/} and a capsule's id. */
    private static final int NAME = RELEASES.length() + 2 + 36;

    /** @throws IllegalArgumentException when {@code runtime} is too long for a socket to lie in it */
    public StorageConfig {
        directory = directory.toAbsolutePath().normalize();
        runtime = runtime.toAbsolutePath().normalize();
        requireRoomForNames(runtime);
    }

    /** Of a host whose capsules' files are its own. */
    public StorageConfig(Path directory, Path runtime, int reserveGb) {
        this(directory, runtime, reserveGb, Optional.empty());
    }

    /** @param host this one */
    public static StorageConfig from(Settings settings, HostId host) {
        return new StorageConfig(
                settings.parsed(
                        "storage.directory",
                        "directory of capsules, images, results and the agent's journal",
                        "/var/lib/datacapsule",
                        Path::of),
                settings.parsed(
                        "storage.runtime-directory",
                        "directory of the release channels' sockets, 62 bytes long at most; it need not outlive a reboot",
                        "/run/datacapsule",
                        StorageConfig::socketDirectory),
                settings.integer(
                        "storage.reserve-gb", "GiB of that file system that capsules do not get", 20, 0, 1 << 20),
                StoragePool.from(settings, host));
    }

    private static void requireRoomForNames(Path directory) {
        int length = directory.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length + NAME > LONGEST_SOCKET) {
            throw new IllegalArgumentException("it has " + length + " bytes, and " + (LONGEST_SOCKET - NAME)
                    + " are the most where sockets are to lie in it");
        }
    }

    private static Path socketDirectory(String text) {
        Path directory = Path.of(text).toAbsolutePath().normalize();
        requireRoomForNames(directory);
        return directory;
    }

    /** The sockets of release channels, each named by its capsule. */
    public Path releases() {
        return runtime.resolve(RELEASES);
    }

    /** One directory a capsule is made in it. */
    public Path capsules() {
        return pool.map(StoragePool::own).orElse(directory).resolve(CAPSULES);
    }

    /** What is kept of capsules that live elsewhere now; on the file system the capsules are on. */
    public Path setAside() {
        return capsules().resolveSibling("set-aside");
    }

    /** The cache of image files, each named by its sha256. */
    public Path images() {
        return directory.resolve("images");
    }

    /** Where a running agent takes commands of this host's operator. */
    public Path socket() {
        return directory.resolve("agent.sock");
    }

    /** The key the host signs mode receipts with, made at the agent's first start. */
    public Path receiptKey() {
        return directory.resolve("receipt-key.pem");
    }

    /** Its public half. */
    public Path receiptPublicKey() {
        return directory.resolve("receipt-key.pub.pem");
    }

    /** What capsules have handed in for release and no router has yet. */
    public Path results() {
        return directory.resolve("results");
    }

    public Path journal() {
        return directory.resolve("journal");
    }
}

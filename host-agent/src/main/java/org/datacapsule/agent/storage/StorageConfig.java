package org.datacapsule.agent.storage;

import java.nio.file.Path;
import org.datacapsule.common.config.Settings;

/**
 * The files of this host.
 *
 * @param directory holds capsules, images, results and journal
 * @param reserveGb GiB of its file system that capsules do not get
 */
public record StorageConfig(Path directory, int reserveGb) {
    public StorageConfig {
        directory = directory.toAbsolutePath().normalize();
    }

    public static StorageConfig from(Settings settings) {
        return new StorageConfig(
                settings.parsed(
                        "storage.directory",
                        "directory of capsules, images, results and the agent's journal",
                        "/var/lib/datacapsule",
                        Path::of),
                settings.integer(
                        "storage.reserve-gb", "GiB of that file system that capsules do not get", 20, 0, 1 << 20));
    }

    /** One directory a capsule is made in it. */
    public Path capsules() {
        return directory.resolve("capsules");
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

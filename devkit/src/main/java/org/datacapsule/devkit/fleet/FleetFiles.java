package org.datacapsule.devkit.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The files of one fleet, under a folder of their own. QEMU, which runs as another user, may walk through it. */
record FleetFiles(Path folder) {

    static FleetFiles make() throws IOException {
        Path folder = Files.createTempDirectory("datacapsule-fleet");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        FleetFiles files = new FleetFiles(folder);
        Files.createDirectories(files.storage());
        return files;
    }

    Path keys() {
        return folder.resolve("keys");
    }

    Path storage() {
        return folder.resolve("storage");
    }

    Path authority() {
        return folder.resolve("authority");
    }

    Path identity() {
        return folder.resolve("identity");
    }

    Path joinToken() {
        return folder.resolve("join-token");
    }

    Path results() {
        return folder.resolve("results");
    }

    Path halts() {
        return folder.resolve("halts");
    }

    Path routerConfig() {
        return folder.resolve("router.yaml");
    }

    Path agentConfig() {
        return folder.resolve("agent.yaml");
    }

    Path routerLog() {
        return folder.resolve("router.log");
    }

    Path agentLog() {
        return folder.resolve("agent.log");
    }

    /** A disk with nothing on it. */
    Path makeBlankImage() throws IOException, InterruptedException {
        Path image = folder.resolve("blank.qcow2");
        ShortCommand.output("qemu-img", "create", "-q", "-f", "qcow2", image.toString(), "64M");
        return image;
    }

    void delete() {
        try (Stream<Path> walk = Files.walk(folder)) {
            List<Path> paths = walk.sorted(Comparator.reverseOrder()).toList();
            for (Path path : paths) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package org.datacapsule.agent.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.datacapsule.agent.process.ProgramFailedException;
import org.datacapsule.agent.process.ProgramRunner;

/** Writes a seed as a small FAT file system, with mtools: nothing is mounted, and the texts go over standard input. */
final class SeedDisk {
    private static final int SIZE = 1 << 20;
    private static final String LABEL = "CIDATA";

    private final ProgramRunner programs;
    private volatile byte[] empty = {};

    SeedDisk(ProgramRunner programs) {
        this.programs = programs;
    }

    /** @param file exists already, empty and with its permissions */
    void write(Path file, Seed seed) throws IOException {
        Files.write(file, empty(file));
        run(List.of("mcopy", "-i", file.toString(), "-", "::user-data"), seed.userData());
        run(List.of("mcopy", "-i", file.toString(), "-", "::meta-data"), seed.metaData());
    }

    /** An empty file system; the same for every seed, so it is formatted once, in the first one's file. */
    private byte[] empty(Path file) throws IOException {
        byte[] known = empty;
        if (known.length == 0) {
            Files.write(file, new byte[SIZE]);
            run(List.of("mformat", "-i", file.toString(), "-v", LABEL, "::"), "");
            known = Files.readAllBytes(file);
            empty = known;
        }
        return known;
    }

    private void run(List<String> arguments, String input) {
        try {
            programs.run(arguments, input);
        } catch (ProgramFailedException e) {
            throw Failures.of(e);
        }
    }
}

package org.datacapsule.agent.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.datacapsule.agent.process.ProgramFailedException;
import org.datacapsule.agent.process.ProgramRunner;

/** Writes a seed as a small FAT file system, with mtools: nothing is mounted, and no text is on a command line. */
final class SeedDisk {
    private static final int SIZE = 1 << 20;
    private static final String LABEL = "CIDATA";

    private final ProgramRunner programs;
    private volatile byte[] empty = {};

    SeedDisk(ProgramRunner programs) {
        this.programs = programs;
    }

    /**
     * @param file exists already, empty and with its permissions
     * @param texts an empty directory that is nobody else's to look into
     */
    void write(Path file, Seed seed, Path texts) throws IOException {
        Files.write(file, empty(file));
        Path userData = Files.writeString(texts.resolve("user-data"), seed.userData());
        Path metaData = Files.writeString(texts.resolve("meta-data"), seed.metaData());
        run(List.of("mcopy", "-i", file.toString(), userData.toString(), metaData.toString(), "::"));
    }

    /** An empty file system; the same for every seed, so it is formatted once, in the first one's file. */
    private byte[] empty(Path file) throws IOException {
        byte[] known = empty;
        if (known.length == 0) {
            Files.write(file, new byte[SIZE]);
            run(List.of("mformat", "-i", file.toString(), "-v", LABEL, "::"));
            known = Files.readAllBytes(file);
            empty = known;
        }
        return known;
    }

    private void run(List<String> arguments) {
        try {
            programs.run(arguments);
        } catch (ProgramFailedException e) {
            throw Failures.of(e);
        }
    }
}

package org.datacapsule.agent.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.datacapsule.agent.process.ProgramFailedException;
import org.datacapsule.agent.process.ProgramRunner;

/** Writes a seed as a small FAT file system, with mtools: nothing is mounted, and the texts go over standard input. */
final class SeedDisk {
    private static final int SIZE = 1 << 20;
    private static final String LABEL = "CIDATA";

    private final ProgramRunner programs;

    SeedDisk(ProgramRunner programs) {
        this.programs = programs;
    }

    /** @param file exists already, empty and with its permissions */
    void write(Path file, Seed seed) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[1]), SIZE - 1);
        }
        run(List.of("mformat", "-i", file.toString(), "-v", LABEL, "::"), "");
        run(List.of("mcopy", "-i", file.toString(), "-", "::user-data"), seed.userData());
        run(List.of("mcopy", "-i", file.toString(), "-", "::meta-data"), seed.metaData());
    }

    private void run(List<String> arguments, String input) {
        try {
            programs.run(arguments, input);
        } catch (ProgramFailedException e) {
            throw Failures.of(e);
        }
    }
}

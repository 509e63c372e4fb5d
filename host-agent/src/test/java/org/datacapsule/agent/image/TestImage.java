package org.datacapsule.agent.image;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.datacapsule.agent.process.ProgramFailedException;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.common.id.Sha256;

/** A qcow2 file with bytes nobody can compress. */
public record TestImage(Path file, Sha256 content) {
    public static final ProgramRunner PROGRAMS = new ProgramRunner(Duration.ofSeconds(30));

    private static final int PIECE = 1 << 20;

    public static TestImage make(Path folder, int bytes, long seed) {
        try {
            Path file = Files.createTempFile(folder, "image", ".qcow2");
            PROGRAMS.run(List.of("qemu-img", "create", "-q", "-f", "qcow2", file.toString(), "1M"));
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(Files.readAllBytes(file));
            Random random = new Random(seed);
            byte[] piece = new byte[Math.min(bytes, PIECE)];
            try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
                for (int left = bytes; left > 0; left -= piece.length) {
                    random.nextBytes(piece);
                    int count = Math.min(left, piece.length);
                    out.write(piece, 0, count);
                    digest.update(piece, 0, count);
                }
            }
            return new TestImage(file, new Sha256(HexFormat.of().formatHex(digest.digest())));
        } catch (IOException | ProgramFailedException | NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}

package org.datacapsule.agent.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.datacapsule.agent.hypervisor.MoveWatch;
import org.datacapsule.agent.process.ProgramFailedException;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.Departure.SentFile;
import org.datacapsule.common.wire.MovedFile;

/** Writes files as they are to another host's qemu-nbd, with TLS on both sides; holes stay holes. */
final class Departures {
    private static final int CHUNK = 1 << 20;

    private final MigrationConfig config;
    private final ProgramRunner programs;

    Departures(MigrationConfig config, ProgramRunner programs) {
        this.config = config;
        this.programs = programs;
    }

    void send(Path file, String address, int port, int mebibytesPerSecond, MoveWatch watch) {
        List<String> arguments = new ArrayList<>(List.of(
                "qemu-img",
                "convert",
                "-p",
                "-n",
                "--target-is-zero",
                "--object",
                "tls-creds-x509,id=tls0,endpoint=client,verify-peer=yes,dir="
                        + QemuOptions.escaped(config.requireTls()),
                "--image-opts"));
        if (mebibytesPerSecond > 0) {
            arguments.addAll(List.of("-r", mebibytesPerSecond + "M"));
        }
        arguments.add("driver=raw,file.driver=file,file.filename=" + QemuOptions.escaped(file));
        arguments.addAll(List.of(
                "--target-image-opts",
                "driver=nbd,server.type=inet,server.host=" + address + ",server.port=" + port
                        + ",export=file,tls-creds=tls0"));
        try {
            programs.runLong(arguments, watch::progress, watch::isWanted);
        } catch (ProgramFailedException e) {
            if (!watch.isWanted()) {
                throw new ProblemException(
                        ErrorCode.OPERATION_CANCELLED, "A later command for the capsule cancelled this operation.");
            }
            throw Failures.of(e);
        }
    }

    /** Of a file nobody writes to. */
    static SentFile describe(MovedFile name, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
            long bytes = 0;
            for (int read = channel.read(buffer); read >= 0; read = channel.read(buffer)) {
                bytes += read;
                digest.update(buffer.flip());
                buffer.clear();
            }
            return new SentFile(name, bytes, new Sha256(HexFormat.of().formatHex(digest.digest())));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}

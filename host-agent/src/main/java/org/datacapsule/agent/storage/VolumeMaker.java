package org.datacapsule.agent.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import org.datacapsule.agent.process.ProgramFailedException;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.common.wire.SecureVolume;

/**
 * Makes secure volumes: LUKS inside qcow2, an empty ext4 in it that the guest knows by its label. The file system is ours,
 * made before any guest saw the volume; once one has, the host never looks inside. The key goes to qemu-img over standard
 * input.
 */
final class VolumeMaker {
    /** The guest's recipe knows it too ({@code deploy/guest}). */
    private static final String LABEL = "SECURE";
    /** The first account a guest makes is the members'. */
    private static final String OWNER = "1000:1000";

    private static final String KEY_FROM_INPUT = "secret,id=key,file=/dev/stdin";
    /**
     * Of QEMU 7.2.19 to 9.2: it times itself, and gives up when a fast processor was done before the kernel had counted;
     * the next attempt may be luckier (commit "crypto: fix bogus error benchmarking pbkdf on fast machines").
     */
    private static final String DID_NOT_MEASURE = "Unable to get accurate CPU usage";

    private static final int MEASURES = 40;
    private static final String UNFINISHED = ".new";
    private static final long MIB = 1L << 20;

    private final ProgramRunner programs;
    private final GuardedFiles files;

    VolumeMaker(ProgramRunner programs, GuardedFiles files) {
        this.programs = programs;
        this.files = files;
    }

    /** The volume is there whole or not at all. */
    void make(Path target, SecureVolume volume) throws IOException {
        removeUnfinished(target);
        // Names of their own: a program that an agent which was killed has left behind may still write to its files.
        String attempt = target.getFileName() + "." + UUID.randomUUID();
        Path plain = target.resolveSibling(attempt + ".plain" + UNFINISHED);
        Path unfinished = target.resolveSibling(attempt + UNFINISHED);
        try {
            files.makeFile(unfinished);
            makeEncrypted(unfinished, volume);
            makeFileSystem(plain, volume);
            run(
                    List.of(
                            "qemu-img",
                            "convert",
                            "-q",
                            "-n",
                            "--object",
                            KEY_FROM_INPUT,
                            "--target-image-opts",
                            "-f",
                            "raw",
                            plain.toString(),
                            "driver=qcow2,encrypt.key-secret=key,file.filename=" + QemuOptions.escaped(unfinished)),
                    volume.key());
            files.writable(unfinished);
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(plain);
            Files.deleteIfExists(unfinished);
        }
    }

    /** Without a file system: whoever brings the content brings that along. */
    void makeEmpty(Path target, SecureVolume volume) throws IOException {
        removeUnfinished(target);
        Path unfinished = target.resolveSibling(target.getFileName() + "." + UUID.randomUUID() + UNFINISHED);
        try {
            files.makeFile(unfinished);
            makeEncrypted(unfinished, volume);
            files.writable(unfinished);
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /**
     * Most of its time goes into deriving LUKS's key, as long on every machine; iter-time is the least there is, for the
     * key is random and needs no stretching.
     */
    private void makeEncrypted(Path file, SecureVolume volume) {
        List<String> arguments = List.of(
                "nice",
                "qemu-img",
                "create",
                "-q",
                "-f",
                "qcow2",
                "--object",
                KEY_FROM_INPUT,
                "-o",
                "encrypt.format=luks,encrypt.key-secret=key,encrypt.iter-time=10",
                file.toString(),
                volume.sizeMb() + "M");
        for (int left = MEASURES; ; left--) {
            try {
                programs.run(arguments, volume.key());
                return;
            } catch (ProgramFailedException e) {
                if (left == 0 || !e.lastWords().contains(DID_NOT_MEASURE)) {
                    throw Failures.of(e);
                }
            }
        }
    }

    private static void removeUnfinished(Path target) throws IOException {
        String names = target.getFileName() + ".*" + UNFINISHED;
        try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(target.resolveSibling(""), names)) {
            for (Path file : unfinished) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void makeFileSystem(Path plain, SecureVolume volume) throws IOException {
        files.makeFile(plain);
        try (SeekableByteChannel channel = Files.newByteChannel(plain, StandardOpenOption.WRITE)) {
            channel.position(volume.sizeMb() * MIB - 1).write(ByteBuffer.wrap(new byte[1]));
        }
        run(
                List.of(
                        "mke2fs",
                        "-q",
                        "-t",
                        "ext4",
                        "-L",
                        LABEL,
                        "-m",
                        "0",
                        "-E",
                        "lazy_itable_init=1,lazy_journal_init=1,nodiscard,root_owner=" + OWNER,
                        plain.toString()),
                "");
    }

    private void run(List<String> arguments, String input) {
        try {
            programs.run(arguments, input);
        } catch (ProgramFailedException e) {
            throw Failures.of(e);
        }
    }
}

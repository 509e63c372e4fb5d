package org.datacapsule.agent.result;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.id.Sha256;

/** An archive that is being received: its file grows and its hash with it. One thread. */
final class Draft {
    private final ResultId id;
    private final CapsuleId capsule;
    private final Path directory;
    private final FileChannel archive;
    private final MessageDigest digest;
    private long bytes;

    private Draft(ResultId id, CapsuleId capsule, Path directory, FileChannel archive) {
        this.id = id;
        this.capsule = capsule;
        this.directory = directory;
        this.archive = archive;
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static Draft make(ResultId id, CapsuleId capsule, Path directory) throws IOException {
        DurableFiles.makeDirectory(directory);
        FileChannel archive = FileChannel.open(
                directory.resolve(Spool.ARCHIVE),
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                DurableFiles.OWNER_ONLY);
        return new Draft(id, capsule, directory, archive);
    }

    ResultId id() {
        return id;
    }

    CapsuleId capsule() {
        return capsule;
    }

    Path directory() {
        return directory;
    }

    long bytes() {
        return bytes;
    }

    void write(ByteBuffer more) throws IOException {
        bytes += more.remaining();
        digest.update(more.duplicate());
        ByteBuffer left = more.duplicate();
        while (left.hasRemaining()) {
            archive.write(left);
        }
    }

    /** The hash of all that was written; nothing more can be. */
    Sha256 hash() {
        return new Sha256(HexFormat.of().formatHex(digest.digest()));
    }

    /** Every byte is on the disk when this returns. */
    void sync() throws IOException {
        archive.force(true);
        archive.close();
    }

    void discard() throws IOException {
        archive.close();
        DurableFiles.deleteTree(directory);
    }
}

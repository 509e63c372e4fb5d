package org.datacapsule.agent.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.datacapsule.agent.hypervisor.MoveWatch;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.MadeImage;
import org.datacapsule.common.wire.WireJson;

/**
 * Disks on their way to be images. The draft lies in the directory of the images, so that it becomes one by its name; a note in
 * the capsule's directory says which operation has made what, so that a run that was cut off is not begun anew.
 */
final class MadeImages {
    /** In a capsule's directory. */
    static final String NOTE = "made-image.json";

    private static final String DRAFT = ".made-";

    private final ImageCache images;
    private final Overlay overlay;
    private final GuardedFiles files;

    MadeImages(ImageCache images, Overlay overlay, GuardedFiles files) {
        this.images = images;
        this.overlay = overlay;
        this.files = files;
    }

    /** What an operation has made. */
    private record Note(OperationId operation, MadeImage made) {}

    /** Keeps a capsule's note, durably. */
    @FunctionalInterface
    interface Keeping {
        void keep(String note);
    }

    /** @param snapshot of the disk, by its name; the disk as it is now where there is none */
    long bytes(Path disk, Sha256 base, Optional<String> snapshot) {
        return overlay.flattenedBytes(disk, images.require(base), snapshot);
    }

    /**
     * @param snapshot as for {@link #bytes}
     * @param known the capsule's note
     */
    MadeImage make(
            OperationId operation,
            CapsuleId capsule,
            Path disk,
            Sha256 base,
            Optional<String> snapshot,
            Optional<String> known,
            Keeping notes,
            MoveWatch watch) {
        Optional<MadeImage> before = known.map(text -> WireJson.read(text, Note.class))
                .filter(note -> note.operation().equals(operation))
                .map(Note::made)
                .filter(made -> isThere(capsule, made));
        if (before.isPresent()) {
            return before.get();
        }
        Path draft = draft(capsule);
        try {
            files.makeFile(draft);
            requireRoom(bytes(disk, base, snapshot));
            overlay.flatten(disk, images.require(base), snapshot, draft, watch);
            try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            MadeImage made = new MadeImage(ImageCache.hash(draft), Files.size(draft));
            notes.keep(WireJson.text(new Note(operation, made)));
            return made;
        } catch (IOException e) {
            throw Failures.of("making an image of the capsule's disk", e);
        }
    }

    void keep(CapsuleId capsule, MadeImage made) {
        images.takeMade(draft(capsule), made.image());
    }

    void drop(CapsuleId capsule) {
        try {
            Files.deleteIfExists(draft(capsule));
        } catch (IOException e) {
            throw Failures.of("dropping what was made of the capsule's disk", e);
        }
    }

    private boolean isThere(CapsuleId capsule, MadeImage made) {
        try {
            Path draft = draft(capsule);
            return images.file(made.image()).isPresent()
                    || (Files.isRegularFile(draft) && Files.size(draft) == made.bytes());
        } catch (IOException e) {
            throw Failures.of("looking for what was made of the capsule's disk", e);
        }
    }

    private void requireRoom(long bytes) throws IOException {
        if (Files.getFileStore(images.directory()).getUsableSpace() < bytes) {
            throw new ProblemException(
                    ErrorCode.HOST_DISK_FULL, "There is no room on the host for an image of " + bytes + " bytes.");
        }
    }

    private Path draft(CapsuleId capsule) {
        return images.directory().resolve(DRAFT + capsule);
    }
}

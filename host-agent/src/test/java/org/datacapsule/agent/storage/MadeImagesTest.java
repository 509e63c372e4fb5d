package org.datacapsule.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.SnapshotId;
import org.datacapsule.common.wire.MadeImage;
import org.junit.jupiter.api.Test;

/** Disks that become images, with real files and the real qemu-img. */
class MadeImagesTest extends WrittenDisk {
    private final OperationId operation = OperationId.random();

    @Test
    void theImageHasWhatTheDiskHasAndNeedsNoOtherFile() throws Exception {
        MadeImage made = make(operation);

        assertThat(storage().images()).containsExactlyInAnyOrder(base, made.image());
        assertThat(file(made)).hasSize(made.bytes());
        assertThat(programs.run(List.of("sha256sum", file(made).toString())))
                .startsWith(made.image().hex());
        assertThat(programs.run(
                        List.of("qemu-img", "info", "--output=json", file(made).toString())))
                .doesNotContain("backing");
        assertSameContent(disk(), made);
        assertThat(storage().flattenedBytes(capsule, base, Optional.empty())).isGreaterThanOrEqualTo(made.bytes());
        assertThat(drafts()).isEmpty();
    }

    @Test
    void whatWasWrittenInSecureModeIsNotInIt() throws Exception {
        MadeImage before = make(operation);
        Path overlay = storage().makeSecureOverlay(capsule);
        write(overlay, "0x5e", "0 4M");

        MadeImage meanwhile = make(OperationId.random());

        assertThat(meanwhile).isEqualTo(before);
    }

    @Test
    void ofASnapshotItHasWhatTheDiskHadThen() throws Exception {
        MadeImage then = make(operation);
        SnapshotId snapshot = SnapshotId.random();
        storage().takeSnapshot(capsule, base, snapshot, new Watch(true));
        write(disk(), "0x44", "0 8M");

        OperationId later = OperationId.random();
        MadeImage made = storage().flatten(later, capsule, base, Optional.of(snapshot), new Watch(true));
        storage().keepFlattened(capsule, made);

        assertSameContent(file(then), made);
        assertThat(programs.run(List.of("qemu-img", "snapshot", "-l", file(made).toString())))
                .isEmpty();
        assertThat(storage().flattenedBytes(capsule, base, Optional.of(snapshot)))
                .isGreaterThanOrEqualTo(made.bytes());
        assertThatThrownBy(() -> storage()
                        .flatten(
                                OperationId.random(), capsule, base, Optional.of(SnapshotId.random()), new Watch(true)))
                .hasMessageContaining("does not have snapshot");
    }

    @Test
    void whatTheDisksHeaderNamesIsNotRead() throws Exception {
        MadeImage honest = make(operation);
        Path secret = folder.resolve("secret.qcow2");
        programs.run(List.of("qemu-img", "create", "-q", "-f", "qcow2", secret.toString(), "16M"));
        write(secret, "0x5e", "0 8M");
        programs.run(List.of(
                "qemu-img", "rebase", "-u", "-f", "qcow2", "-F", "qcow2", "-b", secret.toString(), disk().toString()));

        assertThat(make(OperationId.random())).isEqualTo(honest);
    }

    @Test
    void aDiskWithItsDataInAnotherFileIsRefused() throws Exception {
        Path data = folder.resolve("data");
        Files.delete(disk());
        programs.run(
                List.of("qemu-img", "create", "-q", "-f", "qcow2", "-o", "data_file=" + data, disk().toString(), "1G"));

        assertThatThrownBy(() -> make(operation)).hasMessageContaining("keeps its data in another file");
        storage().dropFlattened(capsule);
        assertThat(drafts()).isEmpty();
    }

    @Test
    void aRunThatWasCutOffGoesOnWithWhatItHasMade() throws Exception {
        MadeImage made = storage().flatten(operation, capsule, base, Optional.empty(), new Watch(true));
        assertThat(storage().images()).containsExactly(base);
        Path draft = drafts().getFirst();
        var written = Files.getLastModifiedTime(draft);

        MadeImage again = storage().flatten(operation, capsule, base, Optional.empty(), new Watch(true));
        assertThat(again).isEqualTo(made);
        assertThat(Files.getLastModifiedTime(draft)).isEqualTo(written);
        storage().keepFlattened(capsule, again);
        storage()
                .keepFlattened(capsule, storage().flatten(operation, capsule, base, Optional.empty(), new Watch(true)));

        assertThat(storage().images()).containsExactlyInAnyOrder(base, made.image());
        assertThat(drafts()).isEmpty();
    }

    @Test
    void aDraftThatIsNotWholeIsMadeAnew() throws Exception {
        MadeImage made = storage().flatten(operation, capsule, base, Optional.empty(), new Watch(true));
        Files.write(drafts().getFirst(), new byte[1]);

        assertThat(make(operation)).isEqualTo(made);
    }

    @Test
    void whatIsMadeHereDoesNotGoForRoomAndWhatIsNotWantedIsDropped() throws Exception {
        MadeImage made = make(operation);
        assertThat(storage().shelf().fetched()).doesNotContain(made.image());

        storage().flatten(OperationId.random(), capsule, base, Optional.empty(), new Watch(true));
        storage().delete(capsule);

        assertThat(drafts()).isEmpty();
        assertThat(storage().images()).contains(made.image());
    }

    private MadeImage make(OperationId by) {
        MadeImage made = storage().flatten(by, capsule, base, Optional.empty(), new Watch(true));
        storage().keepFlattened(capsule, made);
        return made;
    }

    /** qemu-img fails where it is not. */
    private void assertSameContent(Path disk, MadeImage made) throws Exception {
        programs.run(List.of(
                "qemu-img",
                "compare",
                "-f",
                "qcow2",
                "-F",
                "qcow2",
                disk.toString(),
                file(made).toString()));
    }

    private Path file(MadeImage made) {
        return folder.resolve("images").resolve(made.image().hex() + ".qcow2");
    }

    private List<Path> drafts() throws Exception {
        try (Stream<Path> files = Files.list(folder.resolve("images"))) {
            return files.filter(file -> file.getFileName().toString().startsWith(".made-"))
                    .toList();
        }
    }
}

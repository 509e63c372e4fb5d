package org.datacapsule.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.datacapsule.agent.hypervisor.MoveWatch;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.id.SnapshotId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.GuestAddress;
import org.datacapsule.common.wire.MadeImage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that become images, with real files and the real qemu-img. */
class MadeImagesTest {
    private final ProgramRunner programs = new ProgramRunner(Duration.ofSeconds(20));
    private final OperationId operation = OperationId.random();
    private final CapsuleSpec spec = new CapsuleSpec(
            CapsuleId.random(),
            CapsuleType.DEMO,
            1,
            256,
            1,
            new GuestAddress("52:54:00:00:00:01", "10.91.0.17"),
            22_000,
            5900);
    private final CapsuleId capsule = spec.id();

    @TempDir
    private Path folder = Path.of("");

    @TempDir
    private Path runtime = Path.of("");

    /** Wants it, or not. */
    private record Watch(boolean isWanted) implements MoveWatch {
        @Override
        public void progress(int percent) {}
    }

    private Sha256 base = new Sha256("0".repeat(64));

    @BeforeEach
    void aDiskThatWasWrittenTo() throws Exception {
        Path image = folder.resolve("image.qcow2");
        programs.run(List.of("qemu-img", "create", "-q", "-f", "qcow2", image.toString(), "16M"));
        write(image, "0x11", "0 1M");
        base = storage().importImage(image);
        storage().createDisk(spec, base);
        write(storage().disk(capsule), "0x22", "1M 1M");
    }

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
        programs.run(List.of(
                "qemu-img",
                "compare",
                "-f",
                "qcow2",
                "-F",
                "qcow2",
                storage().disk(capsule).toString(),
                file(made).toString()));
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
        write(storage().disk(capsule), "0x44", "0 8M");

        OperationId later = OperationId.random();
        MadeImage made = storage().flatten(later, capsule, base, Optional.of(snapshot), new Watch(true));
        storage().keepFlattened(capsule, made);

        programs.run(List.of(
                "qemu-img",
                "compare",
                "-f",
                "qcow2",
                "-F",
                "qcow2",
                file(then).toString(),
                file(made).toString()));
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
                "qemu-img",
                "rebase",
                "-u",
                "-f",
                "qcow2",
                "-F",
                "qcow2",
                "-b",
                secret.toString(),
                storage().disk(capsule).toString()));

        assertThat(make(OperationId.random())).isEqualTo(honest);
    }

    @Test
    void aDiskWithItsDataInAnotherFileIsRefused() throws Exception {
        Path data = folder.resolve("data");
        Files.delete(storage().disk(capsule));
        programs.run(List.of(
                "qemu-img",
                "create",
                "-q",
                "-f",
                "qcow2",
                "-o",
                "data_file=" + data,
                storage().disk(capsule).toString(),
                "1G"));

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

    private Path file(MadeImage made) {
        return folder.resolve("images").resolve(made.image().hex() + ".qcow2");
    }

    private List<Path> drafts() throws Exception {
        try (Stream<Path> files = Files.list(folder.resolve("images"))) {
            return files.filter(file -> file.getFileName().toString().startsWith(".made-"))
                    .toList();
        }
    }

    private void write(Path disk, String pattern, String where) throws Exception {
        programs.run(List.of("qemu-io", "-f", "qcow2", "-c", "write -P " + pattern + " " + where, disk.toString()));
    }

    private DirectoryStorage storage() {
        return new DirectoryStorage(
                new StorageConfig(folder, runtime, 0, Optional.empty()),
                new MigrationConfig("127.0.0.1", Optional.empty(), 49_300, 64),
                0,
                programs);
    }
}

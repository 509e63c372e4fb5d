package org.datacapsule.agent.storage;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.datacapsule.agent.hypervisor.MoveWatch;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.GuestAddress;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A capsule's disk on an image, both written to, with real files and the real qemu-img. */
abstract class WrittenDisk {
    final ProgramRunner programs = new ProgramRunner(Duration.ofSeconds(20));
    final CapsuleSpec spec = new CapsuleSpec(
            CapsuleId.random(),
            CapsuleType.DEMO,
            1,
            256,
            1,
            new GuestAddress("52:54:00:00:00:01", "10.91.0.17"),
            22_000,
            5900);
    final CapsuleId capsule = spec.id();

    @TempDir
    Path folder = Path.of("");

    @TempDir
    Path runtime = Path.of("");

    /** Wants it, or not. */
    record Watch(boolean isWanted) implements MoveWatch {
        @Override
        public void progress(int percent) {}
    }

    Sha256 base = new Sha256("0".repeat(64));

    /** The image has 0x11 in its first MiB, the disk 0x22 in its second. */
    @BeforeEach
    void write() throws Exception {
        Path image = folder.resolve("image.qcow2");
        programs.run(List.of("qemu-img", "create", "-q", "-f", "qcow2", image.toString(), "16M"));
        write(image, "0x11", "0 1M");
        base = storage().importImage(image);
        storage().createDisk(spec, base);
        write(disk(), "0x22", "1M 1M");
    }

    Path disk() {
        return storage().disk(capsule);
    }

    void write(Path disk, String pattern, String where) throws Exception {
        programs.run(List.of("qemu-io", "-f", "qcow2", "-c", "write -P " + pattern + " " + where, disk.toString()));
    }

    /** Each time as after a start of the agent. */
    DirectoryStorage storage() {
        return new DirectoryStorage(
                new StorageConfig(folder, runtime, 0, Optional.empty()),
                new MigrationConfig("127.0.0.1", Optional.empty(), 49_300, 64),
                0,
                programs);
    }
}

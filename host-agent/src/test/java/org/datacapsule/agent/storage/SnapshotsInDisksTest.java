package org.datacapsule.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import org.datacapsule.common.id.SnapshotId;
import org.datacapsule.common.wire.MadeSnapshot;
import org.junit.jupiter.api.Test;

/** Snapshots in the files of disks, with the real qemu-img. */
class SnapshotsInDisksTest extends WrittenDisk {
    private final SnapshotId first = SnapshotId.random();
    private final SnapshotId second = SnapshotId.random();

    @Test
    void theDiskIsWhatItWasWhenTheSnapshotWasTakenHoweverOftenItIsReverted() throws Exception {
        take(first);
        write(disk(), "0x33", "0 2M");
        take(second);
        write(disk(), "0x44", "512k 4M");

        revert(first);
        assertPattern("0x11", "0 1M");
        assertPattern("0x22", "1M 1M");
        assertPattern("0", "2M 3M");
        write(disk(), "0x55", "0 4M");
        revert(first);
        revert(first);
        assertPattern("0x11", "0 1M");

        revert(second);
        assertPattern("0x33", "0 2M");
        assertPattern("0", "2M 3M");
        assertSound();
    }

    @Test
    void takenOrDeletedTwiceItIsThereOnceOrNotAndOthersStay() throws Exception {
        MadeSnapshot taken = take(first);
        assertThat(taken.bytes()).as("what the image and the disk have").isBetween(2L << 20, 8L << 20);
        write(disk(), "0x33", "0 2M");
        assertThat(take(first).snapshot()).isEqualTo(first);
        assertThat(names()).containsExactly(first.toString());
        revert(first);
        assertPattern("0x11", "0 1M");

        take(second);
        storage().deleteSnapshot(capsule, base, first, new Watch(true));
        storage().deleteSnapshot(capsule, base, first, new Watch(true));

        assertThat(names()).containsExactly(second.toString());
        assertThatThrownBy(() -> revert(first)).hasMessageContaining("does not have snapshot " + first);
        assertPattern("0x11", "0 1M");
        assertSound();
    }

    @Test
    void whatIsWrittenInSecureModeIsInNoSnapshotNorTakenBackByOne() throws Exception {
        take(first);
        Path overlay = storage().makeSecureOverlay(capsule);
        write(overlay, "0x5e", "0 4M");

        take(second);
        storage().dropSecure(capsule);

        revert(second);
        assertPattern("0x11", "0 1M");
        assertPattern("0x22", "1M 1M");
    }

    @Test
    void whatTheDisksHeaderNamesIsNotOpened() throws Exception {
        rebaseOn(folder.resolve("nowhere.qcow2"));

        take(first);
        revert(first);
        storage().deleteSnapshot(capsule, base, first, new Watch(true));

        rebaseOn(folder.resolve("images").resolve(base.hex() + ".qcow2"));
        assertPattern("0x11", "0 1M");
    }

    @Test
    void theyAreThereAfterTheDiskWasCopiedAndLaidOnTheImageOfAnotherHost() throws Exception {
        take(first);
        write(disk(), "0x33", "0 2M");
        Path image = folder.resolve("images").resolve(base.hex() + ".qcow2");
        Path copy = folder.resolve("copied.qcow2");
        Files.copy(disk(), copy);
        Files.copy(image, folder.resolve("other.qcow2"));
        new Overlay(programs).rebase(copy, folder.resolve("other.qcow2"));
        Files.move(copy, disk(), StandardCopyOption.REPLACE_EXISTING);

        revert(first);

        assertPattern("0x11", "0 1M");
        assertPattern("0x22", "1M 1M");
    }

    @Test
    void aDiskWithSnapshotsMayArriveThoughItsFileIsLargerThanTheDisk() {
        assertThat(Snapshots.largestGb(10)).isGreaterThanOrEqualTo(10 * 33);
        assertThat(Snapshots.largestGb(1000)).isEqualTo(8192);
        assertThat(Snapshots.largestGb(20_000)).isEqualTo(20_000);
    }

    private MadeSnapshot take(SnapshotId snapshot) {
        return storage().takeSnapshot(capsule, base, snapshot, new Watch(true));
    }

    private void revert(SnapshotId snapshot) {
        storage().revertToSnapshot(capsule, base, snapshot, new Watch(true));
    }

    private Set<String> names() {
        return new Overlay(programs).snapshots(disk());
    }

    private void rebaseOn(Path base) throws Exception {
        programs.run(List.of(
                "qemu-img", "rebase", "-u", "-f", "qcow2", "-F", "qcow2", "-b", base.toString(), disk().toString()));
    }

    private void assertPattern(String pattern, String where) throws Exception {
        assertThat(programs.run(
                        List.of("qemu-io", "-f", "qcow2", "-c", "read -P " + pattern + " " + where, disk().toString())))
                .as(where + " of the disk")
                .doesNotContain("failed");
    }

    private void assertSound() throws Exception {
        assertThat(programs.run(List.of("qemu-img", "check", "-f", "qcow2", disk().toString())))
                .contains("No errors were found");
    }
}

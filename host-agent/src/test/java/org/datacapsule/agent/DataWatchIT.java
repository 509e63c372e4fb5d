package org.datacapsule.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.devkit.fleet.DataWatch;
import org.datacapsule.devkit.fleet.ShortCommand;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose guests the watch of restricted data looks at, where two hosts of one machine name everything alike. */
class DataWatchIT {
    private static final String BRIDGE = "dcw0";
    private static final String TAP = "dcw-tap0";
    private static final String PLUG = "ip link add " + BRIDGE + " type bridge && ip tuntap add " + TAP
            + " mode tap && ip link set " + TAP + " master " + BRIDGE;

    private final List<Process> started = new ArrayList<>();
    private final CapsuleId capsule = CapsuleId.random();

    @TempDir
    private Path directory = Path.of("");

    @BeforeEach
    void aBridgeWithATap() throws Exception {
        ShortCommand.output("sh", "-c", PLUG);
    }

    @AfterEach
    void clear() throws Exception {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
        ShortCommand.output("ip", "link", "delete", TAP);
        ShortCommand.output("ip", "link", "delete", BRIDGE);
    }

    @Test
    void aGuestOfOursWithItsVolumeIsSeen() throws Exception {
        start(guest());

        assertThat(watch().capsulesWithData()).containsExactly(capsule.toString());
    }

    @Test
    void aGuestOfAnotherHostIsNot() throws Exception {
        start("exec unshare --net -- sh -c '" + PLUG + " && " + guest() + "'");

        assertThat(watch().capsulesWithData()).isEmpty();
    }

    private String guest() {
        return "exec qemu-system-x86_64 -machine none -nodefaults -display none -S -name guest=capsule-" + capsule
                + " -netdev tap,id=n,ifname=" + TAP + ",script=no,downscript=no"
                + " -blockdev driver=file,node-name=v,filename=" + volume()
                + " -pidfile " + ready();
    }

    /** The process that is started becomes QEMU. Returns when QEMU has opened what it opens. */
    private void start(String line) throws IOException {
        Files.write(volume(), new byte[512]);
        started.add(new ProcessBuilder("sh", "-c", line)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("qemu.log").toFile())
                .start());
        await().failFast(() -> assertThat(started.getLast().isAlive())
                        .as(Files.readString(directory.resolve("qemu.log")))
                        .isTrue())
                .until(() -> Files.exists(ready())
                        && hasVolume(Files.readString(ready()).strip()));
    }

    private boolean hasVolume(String process) throws IOException {
        if (process.isEmpty()) {
            return false;
        }
        try (var open = Files.newDirectoryStream(Path.of("/proc", process, "fd"))) {
            for (Path file : open) {
                if (Files.readSymbolicLink(file).equals(volume())) {
                    return true;
                }
            }
        }
        return false;
    }

    private Path volume() {
        return directory.resolve("volume.qcow2");
    }

    private Path ready() {
        return directory.resolve("qemu.pid");
    }

    private static DataWatch watch() {
        return new DataWatch(RealHost.MACHINES_LIBVIRT, BRIDGE, BRIDGE);
    }
}

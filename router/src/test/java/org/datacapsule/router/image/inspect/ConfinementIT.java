package org.datacapsule.router.image.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a process can do where qemu-img runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConfinementIT {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private Confinement confinement;

    @BeforeAll
    void open() throws Exception {
        confinement = Confinement.open();
    }

    @AfterAll
    void close() {
        confinement.close();
    }

    @Test
    void itSeesNoFilesButItsOwn() throws Exception {
        Files.writeString(directory.resolve("secret"), "of somebody else");

        assertThat(says("ls /").split("\\s+", -1)).containsOnly("bin", "dev", "lib", "lib64", "usr", "");
        assertThat(sh("cat /etc/shadow").isGood()).isFalse();
        assertThat(sh("cat " + directory.resolve("secret")).isGood()).isFalse();
        assertThat(sh("touch /usr/mine").isGood()).isFalse();
    }

    @Test
    void itIsNobodyAndHasNoPrivileges() throws Exception {
        if (System.getProperty("user.name").equals("root")) {
            assertThat(says("id -u; id -g; id -G")).isEqualTo("65534\n65534\n65534\n");
        }
        assertThat(sh("mount -t tmpfs none /dev").isGood()).isFalse();
    }

    @Test
    void itReachesNoNetwork() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(sh("exec 3<>/dev/tcp/127.0.0.1/" + server.getLocalPort()).isGood())
                    .isFalse();
        }
    }

    @Test
    void itsMemoryItsFilesAndItsTimeAreLimited() throws Exception {
        Path made = Files.createFile(
                directory.resolve("made"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-rw-rw-"));
        List<Confinement.Shown> shown = List.of(new Confinement.Shown(made, "/made", true));

        assertThat(sh("dd if=/dev/zero of=/dev/null bs=2G count=1").errors()).contains("memory exhausted");
        assertThat(confinement
                        .run(List.of("dd", "if=/dev/zero", "of=/made", "bs=64k", "count=4"), shown, 100_000, LONG)
                        .wroteTooMuch())
                .isTrue();
        assertThat(Files.size(made)).isEqualTo(100_000);
        assertThat(confinement
                        .run(List.of("sleep", "60"), List.of(), 0, Duration.ofMillis(300))
                        .tookTooLong())
                .isTrue();
        assertThat(confinement
                        .run(List.of("bash", "-c", "while :; do :; done"), List.of(), 0, Duration.ofSeconds(1))
                        .tookTooLong())
                .isTrue();
    }

    private ConfinedRun.Ended sh(String script) throws Exception {
        return confinement.run(List.of("bash", "-c", script), List.of(), 0, LONG);
    }

    private String says(String script) throws Exception {
        ConfinedRun.Ended ended = sh(script);
        assertThat(ended.isGood()).as(ended.lastWords()).isTrue();
        return ended.output();
    }
}

package org.datacapsule.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.GuestAddress;
import org.datacapsule.common.wire.Login;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStorageTest {
    private static final Login LOGIN =
            new Login("alice", "pa'ss: \"word", List.of("ssh-ed25519 AAAA a@b", "ssh-rsa BBBB"));
    private static final SortedMap<String, String> NAMES =
            new TreeMap<>(Map.of("data.example.org", "10.1.2.3", "b.example.org", "10.1.2.4"));
    private final ProgramRunner programs = new ProgramRunner(Duration.ofSeconds(20));

    @TempDir
    private Path folder;

    @TempDir
    private Path runtime;

    private DirectoryStorage storage;

    @BeforeEach
    void make() {
        storage = storage();
    }

    @Test
    void anImageGoesByItsHashAndCannotBeWritten() throws Exception {
        Sha256 image = storage.importImage(image("2G"));
        Path file = folder.resolve("images").resolve(image.hex() + ".qcow2");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("r--r--r--");
        assertThat(storage.images()).containsExactly(image);
        assertThat(programs.run(List.of("sha256sum", file.toString()))).startsWith(image.hex());
    }

    @Test
    void aSocketCanBeMadeForACapsuleInADirectoryWithALongName() throws Exception {
        CapsuleId capsule = CapsuleId.random();
        DirectoryStorage deep = storageIn(folder.resolve("d".repeat(90)));
        Path socket = deep.releaseSocket(capsule);

        try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.bind(UnixDomainSocketAddress.of(socket));
        }

        assertThat(socket).exists();
        deep.dropSecureOverlay(capsule);
        assertThat(socket).doesNotExist();
    }

    @Test
    void anImageFromBeforeTheStartIsListedAtOnce() throws Exception {
        Sha256 image = storage.importImage(image("1G"));

        assertThat(storage().images()).containsExactly(image);
    }

    @Test
    void anImageThatWasTouchedSinceIsListedOnceItIsHashedAgain() throws Exception {
        Sha256 image = storage.importImage(image("1G"));
        Path file = folder.resolve("images").resolve(image.hex() + ".qcow2");
        Files.setLastModifiedTime(file, FileTime.fromMillis(1));
        DirectoryStorage afterRestart = storage();

        assertThat(afterRestart.images()).isEmpty();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(afterRestart.images()).containsExactly(image));
    }

    @Test
    void aDamagedImageIsNeitherListedNorUsed() throws Exception {
        Sha256 wrong = new Sha256("0".repeat(64));
        Files.copy(image("1G"), folder.resolve("images").resolve(wrong.hex() + ".qcow2"));
        assertThatThrownBy(() -> storage.createDisk(spec(1), wrong)).hasMessageContaining("host.image-missing");
        assertThatThrownBy(() -> storage.importImage(folder.resolve("images").resolve(wrong.hex() + ".qcow2")))
                .hasMessageContaining("host.image-missing");
        assertThat(storage.images()).isEmpty();
        assertThat(storage.all()).isEmpty();
    }

    @Test
    void aFileOfTheCacheIsNotCopiedAgain() throws Exception {
        Sha256 image = storage.importImage(image("1G"));
        Path file = folder.resolve("images").resolve(image.hex() + ".qcow2");
        Object before = Files.getAttribute(file, "unix:ino");

        assertThat(storage.importImage(file)).isEqualTo(image);

        assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(before);
    }

    @Test
    void howACapsuleIsMadeIsKeptBesideItsDiskAndGoesWithIt() throws Exception {
        Sha256 image = storage.importImage(image("1G"));
        CapsuleSpec spec = spec(2);
        assertThat(storage.spec(spec.id())).isEmpty();
        storage.createDisk(spec, image);
        storage.keepSpec(spec);
        storage.keepLogin(spec.id(), "c2VhbGVk");

        assertThat(storage().spec(spec.id())).contains(spec);
        assertThat(storage().login(spec.id())).contains("c2VhbGVk");
        Path kept = storage.disk(spec.id()).resolveSibling("spec.json");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)))
                .isEqualTo("rw-------");
        Files.writeString(kept, "{");
        assertThat(storage.spec(spec.id())).as("damaged").isEmpty();
        storage.delete(spec.id());
        assertThat(storage.all()).isEmpty();
    }

    @Test
    void anImageThatRefersToAnotherFileIsRefused() throws Exception {
        Path base = image("1G");
        Path overlay = folder.resolve("overlay.qcow2");
        programs.run(List.of(
                "qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base.toString(), overlay.toString()));
        assertThatThrownBy(() -> storage.importImage(overlay)).hasMessageContaining("refers to another file");
        assertThatThrownBy(() -> storage.importImage(Files.writeString(folder.resolve("text"), "no image")))
                .isInstanceOf(ProblemException.class);
        assertThat(folder.resolve("images")).isEmptyDirectory();
    }

    @Test
    void aDiskIsAnOverlayNeverSmallerThanItsImage() throws Exception {
        Sha256 image = storage.importImage(image("3G"));
        CapsuleSpec spec = spec(2);
        storage.createDisk(spec, image);
        storage.createDisk(spec, image);
        assertThat(storage.hasDisk(spec.id())).isTrue();
        assertThat(programs.run(
                        List.of("qemu-img", "info", storage.disk(spec.id()).toString())))
                .contains("virtual size: 3 GiB")
                .contains(image.hex());
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(storage.disk(spec.id()).getParent())))
                .isEqualTo("rwx------");
        assertThat(storage.all()).containsExactly(spec.id());
        storage.delete(spec.id());
        storage.delete(spec.id());
        assertThat(storage.all()).isEmpty();
    }

    @Test
    void aSeedHasTheAccountAndNeverThePassword() throws Exception {
        CapsuleSpec spec = spec(1);
        storage.createDisk(spec, storage.importImage(image("1G")));
        Path seed = storage.writeSeed(spec, LOGIN, NAMES);
        storage.writeSeed(spec, LOGIN, NAMES);
        assertThat(seed.getParent()).isDirectoryNotContaining(Files::isDirectory);
        String userData = programs.run(List.of("mtype", "-i", seed.toString(), "::user-data"));
        assertThat(userData)
                .startsWith("#cloud-config\n")
                .contains("name: \"alice\"")
                .contains("hashed_passwd: \"$6$")
                .contains("- \"ssh-rsa BBBB\"")
                .contains("127.0.0.1 localhost\\n")
                .contains("10.1.2.4 b.example.org\\n10.1.2.3 data.example.org\\n\"")
                .contains("datacapsule_hosts:\n- \"10.1.2.4 b.example.org\"\n- \"10.1.2.3 data.example.org\"\n")
                .doesNotContain("pa'ss");
        assertThat(programs.run(List.of("mdir", "-i", seed.toString(), "::"))).contains("CIDATA");
        assertThat(Files.readString(seed, java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("pa'ss");
    }

    @Test
    void whatACutOffAgentLeftOfASeedIsNotInTheWay() throws Exception {
        CapsuleSpec spec = spec(1);
        storage.createDisk(spec, storage.importImage(image("1G")));
        Path left = Files.createDirectory(storage.disk(spec.id()).resolveSibling("seed.texts"));
        Files.writeString(left.resolve("user-data"), "of before");

        Path seed = storage.writeSeed(spec, LOGIN, NAMES);

        assertThat(programs.run(List.of("mtype", "-i", seed.toString(), "::user-data")))
                .startsWith("#cloud-config\n");
        assertThat(left).doesNotExist();
    }

    @Test
    void theTextsOfASeedThatCannotBeWrittenAreNotLeft() throws Exception {
        CapsuleSpec spec = spec(1);
        storage.createDisk(spec, storage.importImage(image("1G")));
        Login tooMuch = new Login("alice", "pa'ss", List.of("ssh-rsa " + "B".repeat(2 << 20)));

        assertThatThrownBy(() -> storage.writeSeed(spec, tooMuch, NAMES)).isInstanceOf(ProblemException.class);

        assertThat(storage.disk(spec.id()).resolveSibling("seed.texts")).doesNotExist();
    }

    @Test
    void aSeedForACapsuleThatIsNotHereIsRefused() {
        assertThatThrownBy(() -> storage.writeSeed(spec(1), LOGIN, NAMES)).hasMessageContaining("host.capsule-missing");
    }

    @Test
    void whatIsSetAsideIsKeptUntilItIsDiscarded() throws Exception {
        CapsuleSpec spec = spec(1);
        Sha256 image = storage.importImage(image("1G"));
        storage.createDisk(spec, image);

        storage.setAside(spec.id(), 3);
        storage.setAside(spec.id(), 3);

        assertThat(storage.all()).isEmpty();
        assertThat(storage.setAside()).singleElement().satisfies(kept -> {
            assertThat(kept.capsule()).isEqualTo(spec.id());
            assertThat(kept.generation()).isEqualTo(3);
            assertThat(kept.mebibytes()).isPositive();
        });
        storage.createDisk(spec, image);
        storage.discard(spec.id(), 3);
        assertThat(storage.setAside()).isEmpty();
        assertThat(storage.hasDisk(spec.id())).as("it has come back").isTrue();
    }

    @Test
    void aCapsuleOfAHostThatIsGoneIsTakenOutOfThePoolBothHave() throws Exception {
        Path pool = folder.resolve("pool");
        DirectoryStorage gone = pooled(pool, "h1");
        DirectoryStorage here = pooled(pool, "h2");
        CapsuleSpec spec = spec(1);
        Sha256 image = gone.importImage(image("1G"));
        here.importImage(folder.resolve("made.qcow2"));
        gone.createDisk(spec, image);
        gone.makeSecureOverlay(spec.id());

        here.adopt(spec.id(), new HostId("h1"), image);
        here.adopt(spec.id(), new HostId("h1"), image);

        assertThat(gone.all()).isEmpty();
        assertThat(here.all()).containsExactly(spec.id());
        assertThat(here.hasSecureOverlay(spec.id())).isFalse();
        assertThat(programs.run(List.of(
                        "qemu-img",
                        "info",
                        "--output=json",
                        here.disk(spec.id()).toString())))
                .contains(folder.resolve("h2").resolve("images").toString());
        assertThatThrownBy(() -> here.adopt(CapsuleId.random(), new HostId("h1"), image))
                .hasMessageContaining("host.capsule-missing");
        assertThatThrownBy(() -> storage.adopt(spec.id(), new HostId("h1"), image))
                .hasMessageContaining("host.pool-missing");
    }

    private DirectoryStorage pooled(Path pool, String host) {
        return new DirectoryStorage(
                new StorageConfig(
                        folder.resolve(host), runtime, 0, Optional.of(new StoragePool("san", pool, new HostId(host)))),
                new MigrationConfig("127.0.0.1", Optional.empty(), 49_300, 64),
                0,
                programs);
    }

    private DirectoryStorage storage() {
        return storageIn(folder);
    }

    private DirectoryStorage storageIn(Path directory) {
        return new DirectoryStorage(
                new StorageConfig(directory, runtime, 0),
                new MigrationConfig("127.0.0.1", Optional.empty(), 49_300, 64),
                0,
                programs);
    }

    private Path image(String size) throws Exception {
        Path file = folder.resolve("made.qcow2");
        programs.run(List.of("qemu-img", "create", "-q", "-f", "qcow2", file.toString(), size));
        return file;
    }

    private static CapsuleSpec spec(int diskGb) {
        return new CapsuleSpec(
                CapsuleId.random(),
                CapsuleType.DEMO,
                1,
                256,
                diskGb,
                new GuestAddress("52:54:00:00:00:01", "10.91.0.17"),
                22_000,
                5900);
    }
}

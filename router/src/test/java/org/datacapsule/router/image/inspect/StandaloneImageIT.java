package org.datacapsule.router.image.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.datacapsule.common.error.ErrorCode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of files that strangers give; with the real qemu-img, confined. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StandaloneImageIT {
    private static final long ENOUGH = 64 << 20;
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private Path directory;
    private Confinement confinement;
    private DiskFiles files;
    private StandaloneImage images;

    @BeforeAll
    void open(@TempDir Path temporary) throws Exception {
        directory = temporary;
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        confinement = Confinement.open();
        files = new DiskFiles(directory);
        images = new StandaloneImage(confinement, 1L << 30, LIMIT);
    }

    @AfterAll
    void close() {
        confinement.close();
    }

    @Test
    void aRawDiskBecomesAQcow2() throws Exception {
        Path raw = files.raw();
        assertThat(DiskFiles.sameDisk(raw, "raw", made(raw, Optional.of(ImageFormat.RAW))))
                .isTrue();
    }

    @Test
    void qcow2sOfBothVersionsStandAlone() throws Exception {
        Path raw = files.raw();
        for (String options :
                List.of("compat=0.10", "compat=1.1", "compat=1.1,extended_l2=on", "compression_type=zstd")) {
            Path given = files.converted(raw, "qcow2", "-c", "-o", options);
            assertThat(DiskFiles.sameDisk(raw, "raw", made(given, Optional.empty())))
                    .as(options)
                    .isTrue();
        }
    }

    @Test
    void vmdksOfOneFileAreTaken() throws Exception {
        Path raw = files.raw();
        for (String kind : List.of("monolithicSparse", "streamOptimized")) {
            Path given = files.converted(raw, "vmdk", "-o", "subformat=" + kind);
            assertThat(DiskFiles.sameDisk(raw, "raw", made(given, Optional.of(ImageFormat.VMDK))))
                    .as(kind)
                    .isTrue();
        }
    }

    @TestFactory
    Stream<DynamicTest> whatIsNoImageOfItsOwnIsRefused() throws Exception {
        return files.bad().stream()
                .map(bad -> DynamicTest.dynamicTest(bad.what(), () -> {
                    RefusedImageException refusal = refused(
                            images,
                            bad.file(),
                            bad.said().isEmpty() ? Optional.empty() : Optional.of(ImageFormat.parse(bad.said())));
                    assertThat(refusal.problem().detail()).contains(bad.words());
                }));
    }

    @Test
    void whatUnpacksToTooMuchIsStoppedWhileItDoes() throws Exception {
        Path bomb = files.bomb(200);
        assertThat(Files.size(bomb)).isLessThan(100_000);

        RefusedImageException refusal = refused(images, bomb, Optional.empty());

        assertThat(refusal.problem().code()).isEqualTo(ErrorCode.IMAGE_TOO_LARGE);
    }

    @Test
    void theSameVmdkIsTakenWhereThereIsRoom() throws Exception {
        assertThat(Files.size(made(files.bomb(16), Optional.empty()))).isGreaterThan(16 << 20);
    }

    /** Without the look at the header, qemu-img is led elsewhere; the confinement has nothing there. */
    @Test
    void aConfinedQemuImgThatFollowsABackingFileFindsNothing() throws Exception {
        for (DiskFiles.Bad bad : files.bad().subList(0, 2)) {
            Confinement.Shown given = new Confinement.Shown(bad.file(), "/given", false);
            Files.setPosixFilePermissions(bad.file(), PosixFilePermissions.fromString("rw-r--r--"));
            ConfinedRun.Ended ended = confinement.run(
                    List.of("qemu-img", "convert", "-f", "qcow2", "-O", "raw", "/given", "/dev/null"),
                    List.of(given),
                    0,
                    LIMIT);
            assertThat(ended.isGood()).as(bad.what()).isFalse();
            assertThat(ended.errors()).contains("Could not open backing file");
        }
    }

    private Path made(Path given, Optional<ImageFormat> said) throws Exception {
        Path made = Files.createTempFile(directory, "made", ".qcow2");
        images.make(given, said, made, ENOUGH);
        assertThat(Files.getPosixFilePermissions(made)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        return made;
    }

    private RefusedImageException refused(StandaloneImage images, Path given, Optional<ImageFormat> said)
            throws Exception {
        Path made = Files.createTempFile(directory, "made", ".qcow2");
        RefusedImageException refusal =
                catchThrowableOfType(RefusedImageException.class, () -> images.make(given, said, made, ENOUGH));
        assertThat(refusal).isNotNull();
        return refusal;
    }
}

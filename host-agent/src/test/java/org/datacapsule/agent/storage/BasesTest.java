package org.datacapsule.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.datacapsule.agent.image.TestImage;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.Sha256;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BasesTest {
    private static final Sha256 NOTED = new Sha256("cd".repeat(32));

    @TempDir
    private Path folder;

    private Path capsules;
    private Path kept;
    private Bases bases;

    @BeforeEach
    void make() throws Exception {
        capsules = Files.createDirectories(folder.resolve("capsules"));
        kept = Files.createDirectories(folder.resolve("kept"));
        bases = new Bases(List.of(capsules, kept));
    }

    @Test
    void anImageIsNeededByDisksThatLieOnItAndByThoseToCome() throws Exception {
        TestImage first = image(1);
        TestImage second = image(2);
        overlay(first, Files.createDirectories(capsules.resolve("a")));
        overlay(second, Files.createDirectories(kept.resolve("b.2")));
        Files.writeString(Files.createDirectories(capsules.resolve("c")).resolve(Bases.NOTE), NOTED.hex());
        Files.createDirectories(capsules.resolve("d"));

        assertThat(bases.all()).containsExactlyInAnyOrder(first.content(), second.content(), NOTED);
    }

    @Test
    void aDiskOfItsOwnNeedsNone() throws Exception {
        Path disk = Files.createDirectories(capsules.resolve("a")).resolve(DirectoryStorage.DISK);
        TestImage.PROGRAMS.run(List.of("qemu-img", "create", "-q", "-f", "qcow2", disk.toString(), "1M"));
        assertThat(bases.all()).isEmpty();
    }

    @Test
    void aDiskThatCannotBeReadIsNotTakenForOneThatNeedsNone() throws Exception {
        Path capsule = Files.createDirectories(capsules.resolve("a"));
        Files.writeString(capsule.resolve(DirectoryStorage.DISK), "not a disk");
        assertThatThrownBy(bases::all).isInstanceOf(ProblemException.class).hasMessageContaining("capsule a");
    }

    private TestImage image(int seed) throws Exception {
        TestImage made = TestImage.make(folder, 1000, seed);
        Path named = folder.resolve(made.content() + ".qcow2");
        return new TestImage(Files.move(made.file(), named), made.content());
    }

    private static void overlay(TestImage image, Path capsule) throws Exception {
        Path disk = capsule.resolve(DirectoryStorage.DISK);
        TestImage.PROGRAMS.run(List.of(
                "qemu-img",
                "create",
                "-q",
                "-f",
                "qcow2",
                "-F",
                "qcow2",
                "-b",
                image.file().toString(),
                disk.toString()));
    }
}

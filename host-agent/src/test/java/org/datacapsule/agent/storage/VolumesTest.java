package org.datacapsule.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.SecureVolume;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumesTest {
    private static final CapsuleId CAPSULE = CapsuleId.parse("5a1f4f9e-8c1b-4d43-9a52-0d7b5a4a1c11");
    private static final SecureVolume VOLUME = new SecureVolume(32, "a-key-of-a-volume-that-is-long-enough");

    @TempDir
    private Path folder;

    private Path target;
    private Volumes volumes;

    @BeforeEach
    void make() {
        target = folder.resolve("volume.qcow2");
        volumes = new Volumes(new VolumeMaker(new ProgramRunner(Duration.ofSeconds(60)), new GuardedFiles(0)));
    }

    @Test
    void aVolumeThatIsBeingMadeIsWaitedForByWhoWantsIt() throws Exception {
        volumes.prepare(CAPSULE, target, VOLUME);
        volumes.require(CAPSULE, target, VOLUME);
        volumes.cancel(CAPSULE);

        assertThat(names()).containsExactly("volume.qcow2");
        assertThat(target).isNotEmptyFile();
    }

    @Test
    void aVolumeIsMadeOnAFastProcessorToo() throws Exception {
        for (int round = 0; round < 3; round++) {
            Path another = folder.resolve(round + ".qcow2");
            volumes.require(CapsuleId.random(), another, VOLUME);
            assertThat(another).isNotEmptyFile();
        }
    }

    @Test
    void nothingGoesOnForAVolumeThatIsAbandoned() throws Exception {
        volumes.prepare(CAPSULE, target, VOLUME);
        await().atMost(Duration.ofSeconds(20)).until(() -> programs().count() > 0);

        volumes.cancel(CAPSULE);

        await().atMost(Duration.ofSeconds(20)).until(() -> programs().count() == 0);
        assertThat(names()).isEmpty();
    }

    @Test
    void filesOfAnAttemptThatWasKilledAreNotUsedAndGo() throws Exception {
        Path left = Files.writeString(folder.resolve("volume.qcow2.of-a-killed-agent.new"), "half a volume");

        volumes.require(CAPSULE, target, VOLUME);

        assertThat(left).doesNotExist();
        assertThat(names()).containsExactly("volume.qcow2");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** Of those that this test has started: the ones that are at work in its folder. */
    private Stream<ProcessHandle> programs() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info()
                        .commandLine()
                        .filter(line -> line.contains(folder.toString()))
                        .isPresent());
    }
}

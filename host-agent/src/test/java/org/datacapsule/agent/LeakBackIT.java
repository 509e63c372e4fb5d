package org.datacapsule.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.datacapsule.agent.step.Abandoned;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.Login;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.SecureVolume;
import org.datacapsule.devkit.fleet.DataWatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a real guest learned in secure mode is nowhere when it is back, at whichever step of the way back the agent died before
 * it came again: not on its disk, not in its memory, not in any of the host's files of it.
 */
class LeakBackIT {
    private static final Login LOGIN = new Login("alice", "correct-horse", List.of());
    private static final SecureVolume VOLUME =
            new SecureVolume(16, Base64.getEncoder().encodeToString(new byte[32]));

    private static Optional<Field> field = Optional.empty();

    private record Field(RealHost host, DataWatch watch, TestAgent agent, CapsuleSpec capsule) {}

    @TempDir
    private static Path directory = Path.of("");

    private static long sequence;

    static Stream<Step> stepsOfTheWayBack() {
        return Stream.of(Step.values())
                .filter(step -> step == Step.COMMAND_BEGUN
                        || step == Step.OUTCOME_DECIDED
                        || step.wireName().startsWith("maintenance."));
    }

    @BeforeAll
    static void start() throws Exception {
        RealHost host = new RealHost();
        host.network.ensure();
        Sha256 image = host.storage.importImage(host.guestImage());
        TestAgent agent = new TestAgent(directory.resolve("journal"), host.parts()).start();
        CapsuleSpec capsule = host.spec(23);
        DataWatch watch = new DataWatch(RealHost.MACHINES_LIBVIRT, RealHost.NETWORK, RealHost.NETWORK);
        field = Optional.of(new Field(host, watch, agent, capsule));
        done(next(new Command.Create(capsule, image)));
        done(next(new Command.Launch(capsule, LOGIN, VOLUME)));
        host.awaitGuest(capsule.id());
        host.storage.volume(capsule.id(), VOLUME);
    }

    @AfterAll
    static void stop() {
        field.ifPresent(it -> {
            it.agent().close();
            it.host().close();
        });
    }

    @ParameterizedTest(name = "died at {0}")
    @MethodSource("stepsOfTheWayBack")
    void nothingOfSecureModeIsLeft(Step death) throws Exception {
        Marker marker = Marker.unique();
        done(next(new Command.SwitchToSecure(capsule(), VOLUME)));
        learn(marker);
        assertThat(marker.isInMemoryOf(qemu()))
                .as("the search finds what is there")
                .isTrue();
        assertThat(marker.filesIn(folder())).containsExactly("secure.qcow2");
        CommandEnvelope back = next(new Command.SwitchToMaintenance(capsule()));

        dieAt(death, back);
        assertThat(field().watch().breaches()).isEmpty();
        assertThat(marker.filesIn(folder())).isSubsetOf("secure.qcow2");
        field().agent().restart();
        done(back);

        assertThat(field().watch().breaches()).isEmpty();
        assertThat(field().watch().capsulesWithData()).isEmpty();
        assertThat(marker.filesIn(folder())).isEmpty();
        assertThat(marker.isInMemoryOf(qemu())).isFalse();
        assertThat(field().host()
                        .printedInGuest(capsule().id(), "ls /root /dev/shm /media/secure /dev/virtio-ports; ps"))
                .contains("ps")
                .doesNotContain("leak")
                .doesNotContain("release");
    }

    /** On the disk, in tmpfs, in the memory of a process, on the volume. */
    private static void learn(Marker marker) {
        field().host()
                .inGuest(
                        capsule().id(),
                        "until mount | grep -q /media/secure; do sleep 0.2; done; M=" + marker.text() + ";"
                                + " echo $M > /media/secure/kept; echo $M > /root/leak; sync;"
                                + " mkdir -p /dev/shm; echo $M > /dev/shm/leak;"
                                + " (L=leak-$M; while :; do sleep 1; done) > /dev/null 2>&1 &");
    }

    private static void dieAt(Step death, CommandEnvelope command) {
        field().agent().stop();
        field().agent().start(Optional.of(death));
        try {
            field().agent().send(command);
        } catch (Abandoned e) {
            assertThat(field().agent().isDead()).isTrue();
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> field().agent().isDead());
        field().agent().stop();
    }

    private static CommandEnvelope next(Command command) {
        return field().agent().envelope(++sequence, command);
    }

    private static void done(CommandEnvelope command) throws InterruptedException {
        assertThat(field().agent().done(command).outcome()).isInstanceOf(Outcome.Succeeded.class);
    }

    private static ProcessHandle qemu() throws IOException {
        return field().watch().qemu(capsule().id().toString()).orElseThrow();
    }

    private static Path folder() {
        return field().host().storage.disk(capsule().id()).resolveSibling("");
    }

    private static CapsuleSpec capsule() {
        return field().capsule();
    }

    private static Field field() {
        return field.orElseThrow();
    }
}

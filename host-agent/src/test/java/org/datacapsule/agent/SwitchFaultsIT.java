package org.datacapsule.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.GuestDomain.Attachment;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.common.wire.Login;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.SecureVolume;
import org.datacapsule.devkit.fleet.DataWatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * QEMU or libvirtd is killed at any step of both switches of a real guest. At no step is its data under an open policy, and
 * in the end the host has what it says the capsule is.
 */
class SwitchFaultsIT {
    private static final Logger LOG = LoggerFactory.getLogger(SwitchFaultsIT.class);
    private static final String NETWORK = "dctf0";
    private static final GuestNetwork GUESTS = GuestNetwork.parse("10.91.1.0/24");
    private static final Login LOGIN = new Login("alice", "correct-horse", List.of());
    private static final SecureVolume VOLUME =
            new SecureVolume(16, Base64.getEncoder().encodeToString(new byte[32]));
    private static final int MOST_ATTEMPTS = 10;

    private static Optional<Field> field = Optional.empty();

    private record Field(OwnLibvirt libvirt, RealHost host, DataWatch watch, TestAgent agent, CapsuleSpec capsule) {}

    @TempDir
    private static Path directory = Path.of("");

    private static long sequence;

    enum Fault {
        QEMU_KILLED,
        LIBVIRTD_KILLED
    }

    record FaultPoint(Fault fault, CapsuleMode to, Step step) {
        @Override
        public String toString() {
            return fault.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " at " + step.wireName() + " to " + to;
        }
    }

    /** There and back by turns: what one leaves is what the next begins with, where the guest is still there. */
    static List<FaultPoint> faultPoints() {
        List<FaultPoint> points = new ArrayList<>();
        List<Step> there = steps(CapsuleMode.SECURE);
        List<Step> back = steps(CapsuleMode.MAINTENANCE);
        for (Fault fault : Fault.values()) {
            for (int at = 0; at < Math.max(there.size(), back.size()); at++) {
                if (at < there.size()) {
                    points.add(new FaultPoint(fault, CapsuleMode.SECURE, there.get(at)));
                }
                if (at < back.size()) {
                    points.add(new FaultPoint(fault, CapsuleMode.MAINTENANCE, back.get(at)));
                }
            }
        }
        return points;
    }

    private static List<Step> steps(CapsuleMode to) {
        String prefix = to.name().toLowerCase(Locale.ROOT) + ".";
        return Stream.of(Step.values())
                .filter(step -> step == Step.COMMAND_BEGUN
                        || (step.wireName().startsWith(prefix) && step != Step.SECURE_UNDONE))
                .toList();
    }

    @BeforeAll
    static void start() throws Exception {
        OwnLibvirt libvirt = new OwnLibvirt();
        await().atMost(Duration.ofSeconds(30)).until(() -> answers(libvirt));
        RealHost host = new RealHost(libvirt.uri(), NETWORK, GUESTS, Path.of("../deploy/policies"));
        host.network.ensure();
        // Nothing to boot: what is tried here asks nothing of a guest, and it takes no processor.
        Path blank = host.folder.resolve("blank.qcow2");
        host.programsRun("qemu-img", "create", "-q", "-f", "qcow2", blank.toString(), "64M");
        Sha256 image = host.storage.importImage(blank);
        TestAgent agent = new TestAgent(directory.resolve("journal"), host.parts()).start();
        CapsuleSpec capsule = host.spec(22);
        field = Optional.of(new Field(libvirt, host, new DataWatch(libvirt.uri(), NETWORK, NETWORK), agent, capsule));
        assertThat(done(new Command.Create(capsule, image))).isInstanceOf(Outcome.Succeeded.class);
        // Once, before anything is killed: it takes seconds.
        host.storage.volume(capsule.id(), VOLUME);
    }

    @AfterAll
    static void stop() {
        field.ifPresent(it -> {
            it.agent().close();
            it.host().close();
            it.libvirt().close();
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faultPoints")
    void dataIsNeverUnderAnOpenPolicyAndTheEndIsLegal(FaultPoint point) throws Exception {
        makeReady(point.to());
        List<String> breaches = new CopyOnWriteArrayList<>();
        AtomicBoolean struck = new AtomicBoolean();
        field().agent().extra = (step, operation) -> {
            boolean strikes = step == point.step() && !struck.getAndSet(true);
            if (strikes) {
                strike(point.fault());
            }
            if (strikes || isOfSwitch(step)) {
                breaches.addAll(breaches());
            }
        };

        Outcome outcome = done(
                point.to() == CapsuleMode.SECURE
                        ? new Command.SwitchToSecure(capsule(), VOLUME)
                        : new Command.SwitchToMaintenance(capsule()));

        field().agent().extra = (step, operation) -> {};
        assertThat(struck).isTrue();
        assertThat(breaches).isEmpty();
        assertThat(breaches()).isEmpty();
        Found there = found();
        LOG.atInfo().log("{}: {}, {}", point, outcome.getClass().getSimpleName(), there);
        // A guest that ends after the switch has looked at it last is for the host's inventory to report.
        boolean mayHaveEnded = point.fault() == Fault.QEMU_KILLED && outcome instanceof Outcome.Succeeded;
        if (there != Found.STOPPED || !mayHaveEnded) {
            assertThat(there).isEqualTo(said(outcome, point.to()));
        }
        if (there == Found.STOPPED) {
            await().atMost(Duration.ofSeconds(20))
                    .until(() ->
                            !field().host().storage.hasSecureOverlay(capsule().id()));
        }
    }

    /** Where something has changed. */
    private static boolean isOfSwitch(Step step) {
        return step.wireName().startsWith("secure.") || step.wireName().startsWith("maintenance.");
    }

    /** A guest in the other mode. */
    private static void makeReady(CapsuleMode to) throws Exception {
        Found before = to == CapsuleMode.SECURE ? Found.RUNNING_IN_MAINTENANCE : Found.RUNNING_IN_SECURE;
        if (found() != before) {
            done(new Command.Stop(capsule(), 0));
            assertThat(done(new Command.Launch(capsule(), LOGIN, VOLUME))).isInstanceOf(Outcome.Succeeded.class);
            if (to == CapsuleMode.MAINTENANCE) {
                assertThat(done(new Command.SwitchToSecure(capsule(), VOLUME))).isInstanceOf(Outcome.Succeeded.class);
            }
        }
        assertThat(found()).isEqualTo(before);
        assertThat(field().watch().capsulesWithData())
                .as("the watch sees data where there is any")
                .hasSize(to == CapsuleMode.SECURE ? 0 : 1);
    }

    private static void strike(Fault fault) {
        switch (fault) {
            case QEMU_KILLED -> {
                Optional<ProcessHandle> qemu = qemu();
                qemu.ifPresent(ProcessHandle::destroyForcibly);
                await().atMost(Duration.ofSeconds(20)).until(() -> found() == Found.STOPPED);
            }
            case LIBVIRTD_KILLED -> field().libvirt().kill();
        }
    }

    /** As a router does it: what may succeed later is tried again. */
    private static Outcome done(Command command) throws Exception {
        CommandEnvelope envelope = field().agent().envelope(++sequence, command);
        Outcome outcome = field().agent().done(envelope).outcome();
        for (int attempt = 2; attempt <= MOST_ATTEMPTS; attempt++) {
            bringLibvirtBack();
            if (!(outcome instanceof Outcome.Failed failed) || !failed.retryable()) {
                return outcome;
            }
            LOG.atInfo().log("tried again after: {}", failed.problem().detail());
            outcome = field().agent().done(TestAgent.attempt(envelope, attempt)).outcome();
        }
        return outcome;
    }

    /** Started as often as it takes: it gives up when another libvirt on this machine changes ebtables' rules meanwhile. */
    private static void bringLibvirtBack() {
        if (!field().libvirt().isRunning()) {
            await().atMost(Duration.ofMinutes(1))
                    .ignoreException(ProblemException.class)
                    .until(() -> {
                        field().libvirt().ensureRunning();
                        return field().host().hypervisor.facts().cpus() > 0;
                    });
        }
    }

    private static Found said(Outcome outcome, CapsuleMode to) {
        return switch (outcome) {
            case Outcome.Succeeded succeeded ->
                to == CapsuleMode.SECURE ? Found.RUNNING_IN_SECURE : Found.RUNNING_IN_MAINTENANCE;
            case Outcome.Failed failed -> failed.found();
        };
    }

    /** As libvirt has it. A guest that is neither wholly in one mode nor in the other is UNSAID. */
    private static Found found() {
        Optional<GuestDomain> guest = field().host().hypervisor.find(capsule().id());
        if (guest.isEmpty()) {
            return Found.STOPPED;
        }
        boolean isSecure = guest.get().filter().equals(NETWORK + "-secure")
                && guest.get().attached().containsAll(List.of(Attachment.values()));
        boolean isMaintenance = guest.get().filter().equals(NETWORK + "-maintenance")
                && !guest.get()
                        .hasSecureParts(field().host().storage.disk(capsule().id()));
        if (!guest.get().running()) {
            return Found.UNSAID;
        }
        if (isSecure) {
            return Found.RUNNING_IN_SECURE;
        }
        return isMaintenance ? Found.RUNNING_IN_MAINTENANCE : Found.UNSAID;
    }

    private static List<String> breaches() {
        try {
            return field().watch().breaches();
        } catch (IOException e) {
            return List.of("not looked: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of("not looked: " + e);
        }
    }

    private static Optional<ProcessHandle> qemu() {
        try {
            return field().watch().qemu(capsule().id().toString());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean answers(OwnLibvirt libvirt) throws Exception {
        return new ProcessBuilder("virsh", "-q", "-c", libvirt.uri(), "version")
                        .start()
                        .waitFor()
                == 0;
    }

    private static CapsuleSpec capsule() {
        return field().capsule();
    }

    private static Field field() {
        return field.orElseThrow();
    }
}

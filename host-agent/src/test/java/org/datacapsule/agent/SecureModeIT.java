package org.datacapsule.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.GuestDomain.Attachment;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.Login;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.SecureVolume;
import org.datacapsule.common.wire.WireJson;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A real guest into secure mode and back, and what it takes along: nothing but what is on its secure volume. */
class SecureModeIT {
    private static final Logger LOG = LoggerFactory.getLogger(SecureModeIT.class);
    private static final Login LOGIN = new Login("alice", "correct-horse", List.of("ssh-ed25519 AAAA alice@example"));
    private static final SecureVolume VOLUME =
            new SecureVolume(64, Base64.getEncoder().encodeToString(new byte[32]));

    private static Optional<RealHost> host = Optional.empty();
    private static Optional<Sha256> image = Optional.empty();

    @TempDir
    private Path directory = Path.of("");

    private long sequence;

    @BeforeAll
    static void start() throws Exception {
        RealHost started = new RealHost();
        host = Optional.of(started);
        started.network.ensure();
        image = Optional.of(started.storage.importImage(started.guestImage()));
    }

    @AfterAll
    static void stop() {
        host.ifPresent(RealHost::close);
    }

    @Test
    void whatWasLearnedInSecureModeStaysThere() throws Exception {
        RealHost real = host.orElseThrow();
        CapsuleSpec spec = real.spec(10);
        try (TestAgent agent = new TestAgent(directory, real.parts()).start()) {
            run(agent, new Command.Create(spec, image.orElseThrow()));
            run(agent, new Command.Launch(spec, LOGIN, VOLUME));
            real.awaitGuest(spec.id());
            real.inGuest(spec.id(), "echo kept-from-maintenance > /root/kept; sync");
            real.storage.volume(spec.id(), VOLUME);

            ModeReceipt in = receipt(run(agent, new Command.SwitchToSecure(spec, VOLUME)));

            LOG.atInfo().log("receipt: {}", in);
            GuestDomain guest = real.hypervisor.find(spec.id()).orElseThrow();
            assertThat(guest.filter()).isEqualTo("dct0-secure");
            assertThat(guest.attached()).containsOnly(Attachment.SECURE_VOLUME, Attachment.RELEASE_CHANNEL);
            assertThat(in.volumeAttachedAt()).isPresent();
            assertThat(real.printedInGuest(spec.id(), "sleep 1; ls -ld /media/secure; ls /dev/virtio-ports"))
                    .contains("org.datacapsule.release.0");
            real.inGuest(
                    spec.id(),
                    "echo marker-on-volume-7531 > /media/secure/kept; echo marker-on-disk-7531 > /root/leak; sync;"
                            + " mkdir -p /dev/shm; echo marker-in-tmpfs-7531 > /dev/shm/leak;"
                            + " (X=marker-in-memory-7531; while :; do sleep 1; done) > /dev/null 2>&1 &");

            ModeReceipt out = receipt(run(agent, new Command.SwitchToMaintenance(spec)));

            LOG.atInfo().log("receipt: {}", out);
            assertThat(real.printedInGuest(
                            spec.id(), "cat /root/kept; ls /root /dev/shm /media/secure /dev/virtio-ports"))
                    .contains("kept-from-maintenance")
                    .doesNotContain("leak")
                    .doesNotContain("release");
            assertNowhereInFiles(real, spec);

            run(agent, new Command.SwitchToSecure(spec, VOLUME));
            assertThat(real.printedInGuest(spec.id(), "sleep 1; cat /media/secure/kept; ls /root"))
                    .contains("marker-on-volume-7531")
                    .doesNotContain("leak");
            run(agent, new Command.Stop(spec, 0));
            assertNowhereInFiles(real, spec);
            run(agent, new Command.Delete(spec));
            assertThat(real.storage.all()).doesNotContain(spec.id());
        }
    }

    private static void assertNowhereInFiles(RealHost real, CapsuleSpec spec) throws Exception {
        try (var files = Files.list(real.storage.disk(spec.id()).resolveSibling("."))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                LOG.atInfo().log("{}: {} bytes", file.getFileName(), Files.size(file));
                String content = new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1);
                assertThat(content.contains("7531")).as(file.toString()).isFalse();
            }
        }
    }

    private Outcome run(TestAgent agent, Command command) throws InterruptedException {
        long begun = System.nanoTime();
        Outcome outcome = agent.done(agent.envelope(++sequence, command)).outcome();
        LOG.atInfo().log(
                "{} took {} ms",
                command.getClass().getSimpleName(),
                Duration.ofNanos(System.nanoTime() - begun).toMillis());
        assertThat(outcome).isInstanceOf(Outcome.Succeeded.class);
        return outcome;
    }

    private static ModeReceipt receipt(Outcome outcome) {
        return ((Outcome.Succeeded) outcome)
                .receipt()
                .map(signed -> WireJson.read(signed.receipt(), ModeReceipt.class))
                .orElseThrow();
    }
}

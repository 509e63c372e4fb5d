package org.datacapsule.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.datacapsule.agent.config.AgentConfig;
import org.datacapsule.agent.identity.IdentityConfig;
import org.datacapsule.agent.identity.IdentityFiles;
import org.datacapsule.agent.report.TestHost;
import org.datacapsule.agent.simulated.SimulatedHost;
import org.datacapsule.common.bus.BusException;
import org.datacapsule.common.config.Settings;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.signing.CommandSigner;
import org.datacapsule.common.signing.KeyFiles;
import org.datacapsule.common.testing.FreePorts;
import org.datacapsule.common.testing.TestAuthority;
import org.datacapsule.common.testing.TestBusRouter;
import org.datacapsule.common.wire.Acknowledged;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.HeartbeatReply;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.Recall;
import org.datacapsule.common.wire.ReportContract;
import org.datacapsule.common.wire.ReportReply;
import org.datacapsule.common.wire.SignedCommand;
import org.datacapsule.common.wire.WireJson;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole agent over a simulated host, on a real bus; the test is its router, and has fenced it. */
class ComingBackIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final int routerPort = FreePorts.one();
    private final SimulatedHost host = SimulatedHost.with(Set.of(TestAgent.IMAGE));
    private final CapsuleSpec spec = TestAgent.spec();
    private final AtomicReference<HeartbeatReply> reply = new AtomicReference<>(HeartbeatReply.admitted(false));
    private final Queue<Heartbeat> beats = new ConcurrentLinkedQueue<>();

    @TempDir
    private Path folder;

    private TestBusRouter router;
    private AgentAssembly agent;
    private CommandSigner signer;

    @BeforeEach
    void start() throws Exception {
        Path key = folder.resolve("router.pem");
        Path publicKey = folder.resolve("router.pub.pem");
        KeyFiles.makeIfMissing(key, publicKey);
        signer = new CommandSigner(KeyFiles.readPrivate(key), KeyFiles.readPublic(publicKey));
        TestAuthority authority = new TestAuthority();
        new TestHost(authority, TestAgent.HOST, new IdentityFiles(new IdentityConfig(identity(), "no-such-group")))
                .install(Duration.ofDays(1));
        router = TestBusRouter.alone(routerPort, authority.identity("router"));
        serve(Contracts.HEARTBEAT, beat -> {
            beats.add(beat);
            return reply.get();
        });
        serve(Contracts.OUTCOME, report -> new Acknowledged());
        serve(Contracts.PROGRESS, report -> new Acknowledged());
        agent = AgentAssembly.start(config(publicKey), HostParts.simulated(host));
    }

    @AfterEach
    void stop() throws Exception {
        agent.stop();
        router.close();
    }

    @Test
    void itStopsWhatLivesElsewhereBeforeItTakesACommand() throws Exception {
        done(envelope(1, 1, TestAgent.create(spec)));
        done(envelope(1, 2, TestAgent.launch(spec)));
        assertThat(host.hypervisor().find(spec.id())).isPresent();

        CommandEnvelope relinquish = envelope(1, 3, new Command.Relinquish(spec));
        reply.set(HeartbeatReply.recalled(new Recall(5, List.of(signer.sign(relinquish)))));

        await().atMost(PATIENCE).until(() -> beats.stream().anyMatch(beat -> beat.recalled() == 5));
        Heartbeat said =
                beats.stream().filter(beat -> beat.recalled() == 5).findFirst().orElseThrow();
        assertThat(said.capsules()).as("in the heartbeat that says so").isEmpty();
        assertThat(said.setAside()).hasSize(1);
        assertThat(host.hypervisor().all()).isEmpty();
        assertThat(host.network().open()).isEmpty();
        assertThat(ask(envelope(2, 4, TestAgent.create(spec)))).isInstanceOf(CommandReply.Refused.class);

        reply.set(HeartbeatReply.admitted(false));
        done(envelope(2, 4, TestAgent.create(spec)));
        assertThat(host.storage().hasDisk(spec.id())).isTrue();
    }

    private Path identity() {
        return folder.resolve("identity");
    }

    private <Q, A> void serve(ReportContract<Q, A> contract, Function<Q, A> answer) {
        router.bus()
                .serve(
                        contract.signed(),
                        signed -> new ReportReply.Answered(
                                WireJson.text(answer.apply(WireJson.read(signed.report(), contract.report())))));
    }

    private void done(CommandEnvelope envelope) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(ask(envelope)).isEqualTo(new CommandReply.Finished(Outcome.Succeeded.DONE)));
    }

    private CommandReply ask(CommandEnvelope envelope) throws InterruptedException {
        SignedCommand command = signer.sign(envelope);
        AtomicReference<Optional<CommandReply>> answer = new AtomicReference<>(Optional.empty());
        await().atMost(PATIENCE).until(() -> {
            try {
                answer.set(Optional.of(router.bus().ask(Contracts.COMMAND, TestAgent.HOST, command)));
                return true;
            } catch (BusException e) {
                return false;
            }
        });
        return answer.get().orElseThrow();
    }

    private static CommandEnvelope envelope(long generation, long sequence, Command command) {
        return new CommandEnvelope(
                OperationId.random(),
                1,
                TestAgent.HOST,
                generation,
                sequence,
                "request-1",
                Instant.now().plusSeconds(300),
                command);
    }

    private AgentConfig config(Path routerKey) throws Exception {
        Path secret =
                Files.writeString(folder.resolve("secret"), Base64.getEncoder().encodeToString(new byte[32]));
        Map<String, String> settings = new HashMap<>(Map.of(
                "development",
                "true",
                "host.name",
                TestAgent.HOST.value(),
                "host.address",
                "127.0.0.1",
                "bus.host",
                "127.0.0.1",
                "bus.routers",
                "127.0.0.1:" + routerPort,
                "heartbeat.interval",
                "300ms"));
        settings.putAll(Map.of(
                "libvirt.uri", "simulated",
                "identity.directory", identity().toString(),
                "router.command-keys", routerKey.toString(),
                "secrets.key-file", secret.toString(),
                "storage.directory", folder.resolve("storage").toString(),
                "storage.runtime-directory", folder.resolve("r").toString()));
        return AgentConfig.from(Settings.of(settings));
    }
}

package org.datacapsule.agent.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.datacapsule.agent.AgentAssembly;
import org.datacapsule.agent.HostParts;
import org.datacapsule.agent.TestAgent;
import org.datacapsule.agent.config.AgentConfig;
import org.datacapsule.agent.identity.IdentityConfig;
import org.datacapsule.agent.identity.IdentityFiles;
import org.datacapsule.agent.report.TestHost;
import org.datacapsule.agent.simulated.SimulatedHost;
import org.datacapsule.agent.storage.ImageCache;
import org.datacapsule.common.bus.BusException;
import org.datacapsule.common.config.Settings;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.signing.CommandSigner;
import org.datacapsule.common.signing.KeyFiles;
import org.datacapsule.common.testing.FreePorts;
import org.datacapsule.common.testing.TestAuthority;
import org.datacapsule.common.testing.TestBusRouter;
import org.datacapsule.common.transfer.ImageDoor;
import org.datacapsule.common.wire.Acknowledged;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.HeartbeatReply;
import org.datacapsule.common.wire.ImageAnswer;
import org.datacapsule.common.wire.ImageSource;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.OutcomeReport;
import org.datacapsule.common.wire.ProgressReport;
import org.datacapsule.common.wire.ReportContract;
import org.datacapsule.common.wire.ReportReply;
import org.datacapsule.common.wire.WireJson;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole agents, each with a real image cache over a simulated hypervisor, on a real bus; the test is the router and its image
 * store. {@code -Dimage.mib=1024} for the size of a real image.
 */
class ManyCreatesIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int MIB = Integer.getInteger("image.mib", 8);
    private static final int CREATES = 50;

    private final int routerPort = FreePorts.one();
    private final TestAuthority authority = new TestAuthority();
    private final Map<HostId, Integer> asked = new ConcurrentHashMap<>();
    private final Queue<OutcomeReport> outcomes = new ConcurrentLinkedQueue<>();
    private final Queue<ProgressReport> progress = new ConcurrentLinkedQueue<>();
    private final Map<HostId, Heartbeat> beats = new ConcurrentHashMap<>();
    private final Map<HostId, ImageDoor> doors = new ConcurrentHashMap<>();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<HostId> hosts = List.of(new HostId("h1"), new HostId("h2"), new HostId("h3"));

    @TempDir
    private Path folder;

    private TestBusRouter router;
    private CommandSigner signer;
    private TestImage image;

    @BeforeEach
    void start() throws Exception {
        image = TestImage.make(folder, MIB << 20, 7);
        Path key = folder.resolve("router.pem");
        Path publicKey = folder.resolve("router.pub.pem");
        KeyFiles.makeIfMissing(key, publicKey);
        signer = new CommandSigner(KeyFiles.readPrivate(key), KeyFiles.readPublic(publicKey));
        router = keep(TestBusRouter.alone(routerPort, authority.identity("router")));
        for (HostId host : hosts) {
            doors.put(host, keep(storeDoor(host)));
        }
        serve(Contracts.HEARTBEAT, beat -> {
            beats.put(beat.host(), beat);
            return HeartbeatReply.admitted(false);
        });
        serve(Contracts.OUTCOME, report -> {
            outcomes.add(report);
            return new Acknowledged();
        });
        serve(Contracts.PROGRESS, report -> {
            progress.add(report);
            return new Acknowledged();
        });
        serve(
                Contracts.IMAGE_SOURCES,
                question -> new ImageAnswer(List.of(new ImageSource(
                        "store",
                        "127.0.0.1",
                        Optional.ofNullable(doors.get(question.host()))
                                .orElseThrow()
                                .port()))));
        for (HostId host : hosts) {
            startAgent(host, publicKey);
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : opened.reversed()) {
            one.close();
        }
    }

    /** The store as one host sees it, so that what each host fetches is counted. */
    private ImageDoor storeDoor(HostId host) throws Exception {
        return ImageDoor.open("127.0.0.1", 0, 8, authority.identity("store"), content -> {
            asked.merge(host, 1, Integer::sum);
            return Optional.of(image.file()).filter(file -> content.equals(image.content()));
        });
    }

    @Test
    void fiftyCreatesOnThreeHostsThatLackTheImageAreOneTransferForEachHost() throws Exception {
        List<CommandEnvelope> creates = new ArrayList<>();
        long begun = System.nanoTime();
        for (int i = 0; i < CREATES; i++) {
            HostId host = hosts.get(i % hosts.size());
            CommandEnvelope create = create(host, image.content());
            creates.add(create);
            CommandReply unused = ask(host, create);
        }
        await().atMost(PATIENCE).until(() -> outcomes.size() >= CREATES);
        long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();

        assertThat(outcomes).allSatisfy(report -> assertThat(report.outcome()).isEqualTo(Outcome.Succeeded.DONE));
        assertThat(outcomes)
                .extracting(OutcomeReport::operation)
                .containsExactlyInAnyOrderElementsOf(
                        creates.stream().map(CommandEnvelope::operation).toList());
        assertThat(asked).isEqualTo(Map.of(hosts.get(0), 1, hosts.get(1), 1, hosts.get(2), 1));
        await().atMost(PATIENCE)
                .until(() ->
                        beats.values().stream().allMatch(beat -> beat.images().equals(List.of(image.content()))));
        assertThat(beats.values())
                .allSatisfy(beat ->
                        assertThat(beat.imageStock().orElseThrow().door()).isPresent());
        System.out.printf("%d creates on %d hosts, %d MiB: %d ms%n", CREATES, hosts.size(), MIB, millis);
    }

    private CommandEnvelope create(HostId host, Sha256 content) {
        return new CommandEnvelope(
                OperationId.random(),
                1,
                host,
                1,
                1,
                "request-1",
                Instant.now().plusSeconds(300),
                new Command.Create(TestAgent.spec(), content));
    }

    private CommandReply ask(HostId host, CommandEnvelope envelope) {
        return await().atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(BusException.class)
                .until(
                        () -> router.bus().ask(Contracts.COMMAND, host, signer.sign(envelope)),
                        reply -> !(reply instanceof CommandReply.Refused));
    }

    private <Q, A> void serve(ReportContract<Q, A> contract, Function<Q, A> answer) {
        router.bus()
                .serve(
                        contract.signed(),
                        signed -> new ReportReply.Answered(
                                WireJson.text(answer.apply(WireJson.read(signed.report(), contract.report())))));
    }

    private void startAgent(HostId name, Path routerKey) throws Exception {
        Path home = Files.createDirectories(folder.resolve(name.value()));
        Path identity = home.resolve("identity");
        new TestHost(authority, name, new IdentityFiles(new IdentityConfig(identity, "no-such-group")))
                .install(Duration.ofDays(1));
        Path secret =
                Files.writeString(home.resolve("secret"), Base64.getEncoder().encodeToString(new byte[32]));
        Map<String, String> settings = new HashMap<>(Map.of(
                "development", "true",
                "host.name", name.value(),
                "host.address", "127.0.0.1",
                "bus.host", "127.0.0.1",
                "bus.routers", "127.0.0.1:" + routerPort,
                "heartbeat.interval", "300ms",
                "images.port", "0"));
        settings.putAll(Map.of(
                "libvirt.uri", "simulated",
                "identity.directory", identity.toString(),
                "router.command-keys", routerKey.toString(),
                "secrets.key-file", secret.toString(),
                "storage.directory", home.resolve("storage").toString(),
                "storage.runtime-directory", home.resolve("r").toString()));
        AgentConfig config = AgentConfig.from(Settings.of(settings));
        SimulatedHost host = SimulatedHost.with(Set.of());
        Path images = Files.createDirectories(config.storage().images());
        ImageCache shelf = new ImageCache(images, TestImage.PROGRAMS, host.storage()::neededImages);
        host.storage().keepImagesOn(shelf);
        AgentAssembly agent =
                AgentAssembly.start(config, HostParts.simulated(host).with(shelf));
        opened.add(agent::stop);
    }

    private <T extends AutoCloseable> T keep(T one) {
        opened.add(one);
        return one;
    }
}

package org.datacapsule.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.datacapsule.agent.config.AgentConfig;
import org.datacapsule.agent.hypervisor.GuestDomain.Attachment;
import org.datacapsule.agent.journal.Journal;
import org.datacapsule.agent.journal.JournalEntry;
import org.datacapsule.agent.local.CapsuleView;
import org.datacapsule.agent.local.LocalAnswer;
import org.datacapsule.agent.local.LocalHost;
import org.datacapsule.agent.local.LocalRequest;
import org.datacapsule.agent.local.LocalService;
import org.datacapsule.agent.local.LocalSocket;
import org.datacapsule.agent.local.Refusal;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.config.Settings;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Login;
import org.datacapsule.common.wire.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scripts at a host whose router is away: beside an agent that runs, and without one. */
class LocalScriptsTest {
    private static final Login LOGIN = new Login("ada", TestAgent.PASSWORD, List.of());
    private static final SecretBox BOX = new SecretBox(new byte[32]);
    private static final int RACERS = 8;

    @TempDir
    private Path directory = Path.of("");

    private Optional<AgentConfig> made = Optional.empty();
    private Optional<TestAgent> testAgent = Optional.empty();
    private Optional<LocalSocket> socket = Optional.empty();

    @BeforeEach
    void configure() throws Exception {
        Path key =
                Files.writeString(directory.resolve("key"), Base64.getEncoder().encodeToString(new byte[32]));
        AgentConfig config = AgentConfig.from(Settings.of(Map.ofEntries(
                Map.entry("host.name", "h1"),
                Map.entry("host.address", "h1.example.org"),
                Map.entry("bus.host", "127.0.0.1"),
                Map.entry("bus.routers", "127.0.0.1:5703"),
                Map.entry("router.command-keys", key.toString()),
                Map.entry("secrets.key-file", key.toString()),
                Map.entry("storage.directory", directory.toString()),
                Map.entry("libvirt.uri", "simulated"),
                Map.entry("development", "true"))));
        Files.createDirectories(config.storage().capsules());
        made = Optional.of(config);
        testAgent = Optional.of(new TestAgent(config.storage().journal()));
    }

    @AfterEach
    void stop() throws IOException {
        endAgent();
    }

    @Test
    void withoutAnAgentACapsulesWholeLifeIsDoneHere() throws Exception {
        CapsuleId capsule = CapsuleId.random();
        assertDone(ask(create(capsule)));
        assertDone(ask(launch(capsule)));
        assertThat(agent().host.network().open()).containsExactly(capsule);

        assertThat(seen(capsule).running()).isTrue();
        assertThat(seen(capsule).mode()).isEqualTo(CapsuleMode.MAINTENANCE);
        assertThat(seen(capsule).publicIp()).isEqualTo("h1.example.org");
        assertThat(seen(capsule).sshPort()).contains(20_001);
        assertDone(ask(new LocalRequest.Stop(wdir(capsule), 5)));
        assertThat(seen(capsule).running()).isFalse();
        assertDone(ask(new LocalRequest.Delete(wdir(capsule))));

        assertRefused(ask(new LocalRequest.Query(wdir(capsule))), Refusal.NO_CAPSULE);
        assertThat(agent().host.storage().all()).isEmpty();
        assertThat(agent().host.network().leases()).isEmpty();
        assertThat(agent().host.network().open()).isEmpty();
        for (JournalEntry entry : journal()) {
            assertThat(entry.isFinished()).isTrue();
            assertThat(entry.isReported()).as("for the next agent to do").isFalse();
        }
    }

    @Test
    void aRunningAgentDoesItWithItsOwnJournalAndNoRouterCommandIsEverStale() throws Exception {
        startAgent();
        CapsuleSpec spec = TestAgent.spec();
        agent().done(agent().envelope(1, TestAgent.create(spec)));
        agent().done(agent().envelope(2, TestAgent.launch(spec)));

        assertDone(ask(new LocalRequest.Stop(wdir(spec.id()), 5)));

        assertThat(seen(spec.id()).running()).isFalse();
        assertThat(agent().journal().newest(spec.id()).sequence()).isEqualTo(2);
        assertThat(agent().done(agent().envelope(3, TestAgent.launch(spec))).outcome())
                .isInstanceOf(Outcome.Succeeded.class);
    }

    @Test
    void whatAnAgentMadeIsKnownToAScriptThatFindsNone() throws Exception {
        startAgent();
        CapsuleSpec spec = TestAgent.spec();
        agent().done(agent().envelope(1, TestAgent.create(spec)));
        endAgent();

        assertRefused(ask(launch(spec.id())), Refusal.NO_SECRET);
        assertDone(ask(new LocalRequest.Launch(wdir(spec.id()), Optional.empty(), Optional.of(LOGIN))));

        assertThat(seen(spec.id()).vncPort()).contains(spec.vncPort());
        assertThat(agent().host.storage().volumes())
                .as("nobody here has its key")
                .isEmpty();
    }

    @Test
    void aCapsuleAtWorkIsBusyAndIsNotOvertaken() throws Exception {
        startAgent();
        CapsuleSpec spec = TestAgent.spec();
        agent().done(agent().envelope(1, TestAgent.create(spec)));
        CountDownLatch there = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        agent().extra = (step, operation) -> {
            if (step == Step.LAUNCH_SEED_WRITTEN) {
                there.countDown();
                awaitQuietly(goOn);
            }
        };
        var envelope = agent().envelope(2, TestAgent.launch(spec));
        agent().send(envelope);
        there.await();

        assertRefused(ask(new LocalRequest.Delete(wdir(spec.id()))), Refusal.BUSY);
        goOn.countDown();

        assertThat(agent().report(envelope).outcome()).isInstanceOf(Outcome.Succeeded.class);
    }

    @Test
    void ofScriptsAtTheSameMomentOneIsObeyed() throws Exception {
        for (boolean agentRuns : new boolean[] {true, false}) {
            if (agentRuns) {
                startAgent();
            } else {
                endAgent();
            }
            CapsuleId capsule = CapsuleId.random();
            assertDone(ask(create(capsule)));
            List<Callable<LocalAnswer>> racers = new ArrayList<>();
            for (int racer = 0; racer < RACERS; racer++) {
                racers.add(() -> ask(launch(capsule)));
            }
            int done = 0;
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<LocalAnswer> answer : threads.invokeAll(racers)) {
                    if (answer.get() instanceof LocalAnswer.Refused refused) {
                        assertThat(refused.refusal()).isIn(Refusal.BUSY, Refusal.WRONG_STATE);
                    } else {
                        assertDone(answer.get());
                        done++;
                    }
                }
            }
            assertThat(done).isEqualTo(1);
            assertDone(ask(new LocalRequest.Delete(wdir(capsule))));
        }
    }

    @Test
    void whatADeadAgentLeftIsFinishedBeforeTheScriptsOwnCommand() throws Exception {
        CapsuleSpec spec = TestAgent.spec();
        agent().start(Optional.of(Step.LAUNCH_SSH_OPENED));
        agent().done(agent().envelope(1, TestAgent.create(spec)));
        agent().send(agent().envelope(2, TestAgent.launch(spec)));
        while (!agent().isDead()) {
            Thread.sleep(2);
        }
        agent().stop();

        assertDone(ask(new LocalRequest.Stop(wdir(spec.id()), 5)));

        assertThat(agent().host.network().open()).isEmpty();
        assertThat(journal()).allMatch(JournalEntry::isFinished).hasSize(3);
    }

    @Test
    void secureModeNeedsTheVolumesKeyAndTheWayBackNone() throws Exception {
        CapsuleId capsule = CapsuleId.random();
        assertDone(ask(create(capsule)));
        assertDone(ask(launch(capsule)));
        assertRefused(ask(secure(capsule, false)), Refusal.NO_SECRET);

        assertDone(ask(secure(capsule, true)));

        assertThat(seen(capsule).mode()).isEqualTo(CapsuleMode.SECURE);
        assertRefused(ask(launch(capsule)), Refusal.WRONG_STATE);
        assertThat(agent().host.hypervisor().find(capsule).orElseThrow().attached())
                .as("a launch does not end a guest in secure mode")
                .contains(Attachment.SECURE_VOLUME);
        assertDone(ask(
                new LocalRequest.Switch(wdir(capsule), CapsuleMode.MAINTENANCE, Optional.empty(), Optional.empty())));
        assertThat(seen(capsule).mode()).isEqualTo(CapsuleMode.MAINTENANCE);
        assertThat(agent().host.hypervisor().violations()).isEmpty();
    }

    @Test
    void aPolicyThatTheConfigurationDoesNotHaveIsRefused() throws Exception {
        CapsuleId capsule = CapsuleId.random();
        assertDone(ask(create(capsule)));
        int before = journal().size();

        for (String other : List.of("/tmp/open.yaml", "/etc/policies/secure-research.yaml")) {
            assertRefused(
                    ask(new LocalRequest.Launch(wdir(capsule), Optional.of(other), Optional.empty())),
                    Refusal.BAD_POLICY);
        }

        assertThat(journal()).hasSize(before);
        assertDone(ask(new LocalRequest.Launch(
                wdir(capsule), Optional.of("/etc/policies/maintenance-research.yaml"), Optional.empty())));
    }

    @Test
    void aDirectoryThatIsNoCapsulesIsRefused() throws Exception {
        CapsuleId capsule = CapsuleId.random();
        Path linked = config().storage().capsules().resolve(capsule.toString());
        Files.createSymbolicLink(linked, directory);
        for (String wrong : List.of(
                directory.resolve(capsule.toString()).toString(),
                config().storage().capsules().resolve("not-a-uuid").toString(),
                config().storage().capsules().toString(),
                linked.toString(),
                "/",
                capsule.toString())) {
            assertRefused(ask(new LocalRequest.Delete(wrong)), Refusal.BAD_DIRECTORY);
            assertRefused(ask(new LocalRequest.Query(wrong)), Refusal.BAD_DIRECTORY);
        }
        assertThat(directory.resolve("key")).exists();
    }

    @Test
    void addressesComeFromTheNetworksEndAndPortsAreNotSharedEither() throws Exception {
        CapsuleId first = CapsuleId.random();
        CapsuleId second = CapsuleId.random();
        assertDone(ask(create(first)));
        assertRefused(ask(create(first)), Refusal.CAPSULE_EXISTS);
        assertRefused(ask(create(second)), Refusal.TAKEN);
        assertDone(ask(create(second, 20_002, 5_902)));

        assertThat(address(first)).isEqualTo("10.90.255.254");
        assertThat(address(second)).isEqualTo("10.90.255.253");
        assertDone(ask(new LocalRequest.Delete(wdir(first))));
        CapsuleId third = CapsuleId.random();
        assertDone(ask(create(third)));
        assertThat(address(third)).isEqualTo("10.90.255.254");
    }

    @Test
    void theLoginIsKeptSealed() throws Exception {
        CapsuleId capsule = CapsuleId.random();
        assertDone(ask(create(capsule)));

        assertThat(agent().host.storage().login(capsule).orElseThrow()).doesNotContain(TestAgent.PASSWORD, "ada");
        assertThat(create(capsule).toString()).doesNotContain(TestAgent.PASSWORD);
    }

    @Test
    void aScriptWaitsForTheJournalAndGivesUpInWords() throws Exception {
        try (Journal held = Journal.open(config().storage().journal(), BOX, InstantSource.system())) {
            assertThat(held.entries()).isEmpty();
            assertRefused(
                    new LocalScripts(config(), this::host, Duration.ofMillis(1)).answer(create(CapsuleId.random())),
                    Refusal.BUSY);
        }
    }

    @Test
    void aCommandThatFailsSaysHow() throws Exception {
        CapsuleId capsule = CapsuleId.random();
        assertDone(ask(create(capsule)));
        agent().host.network().stranger(20_001, true);

        LocalAnswer answer = ask(launch(capsule));

        assertThat(answer).isInstanceOf(LocalAnswer.Ended.class);
        Outcome outcome = ((LocalAnswer.Ended) answer).outcome();
        assertThat(Refusal.of(((Outcome.Failed) outcome).problem().code())).isEqualTo(Refusal.TAKEN);
    }

    private void startAgent() throws IOException {
        agent().start();
        LocalService service = new LocalService(
                new LocalHost(
                        config().host().address(),
                        config().network().guests(),
                        config().storage().capsules()),
                agent().host.hypervisor(),
                agent().host.network(),
                agent().host.storage(),
                BOX,
                agent().local());
        socket = Optional.of(LocalSocket.listen(config().storage().socket(), service::answer));
    }

    private void endAgent() throws IOException {
        if (socket.isPresent()) {
            socket.get().close();
            socket = Optional.empty();
        }
        agent().stop();
    }

    private LocalAnswer ask(LocalRequest request) throws Exception {
        return new LocalScripts(config(), this::host).answer(request);
    }

    private HostParts host() {
        return HostParts.simulated(agent().host);
    }

    private AgentConfig config() {
        return made.orElseThrow();
    }

    private TestAgent agent() {
        return testAgent.orElseThrow();
    }

    private List<JournalEntry> journal() throws IOException {
        try (Journal journal = Journal.open(config().storage().journal(), BOX, InstantSource.system())) {
            return List.copyOf(journal.entries());
        }
    }

    private CapsuleView seen(CapsuleId capsule) throws Exception {
        return ((LocalAnswer.Seen) ask(new LocalRequest.Query(wdir(capsule)))).capsule();
    }

    private String address(CapsuleId capsule) {
        return agent().host.storage().spec(capsule).orElseThrow().guest().ipv4();
    }

    private LocalRequest create(CapsuleId capsule) {
        return create(capsule, 20_001, 5_901);
    }

    private LocalRequest create(CapsuleId capsule, int ssh, int vnc) {
        String image = "/images/" + TestAgent.IMAGE + ".qcow2";
        return new LocalRequest.Create(wdir(capsule), image, CapsuleType.RESEARCH, 1, 512, 5, ssh, vnc, LOGIN);
    }

    private LocalRequest launch(CapsuleId capsule) {
        return new LocalRequest.Launch(wdir(capsule), Optional.empty(), Optional.empty());
    }

    private LocalRequest secure(CapsuleId capsule, boolean withKey) {
        return new LocalRequest.Switch(
                wdir(capsule),
                CapsuleMode.SECURE,
                Optional.empty(),
                withKey ? Optional.of(TestAgent.VOLUME) : Optional.empty());
    }

    private String wdir(CapsuleId capsule) {
        return config().storage().capsules().resolve(capsule.toString()).toString();
    }

    private static void assertDone(LocalAnswer answer) {
        assertThat(answer).isInstanceOf(LocalAnswer.Ended.class);
        assertThat(((LocalAnswer.Ended) answer).outcome()).isInstanceOf(Outcome.Succeeded.class);
    }

    private static void assertRefused(LocalAnswer answer, Refusal refusal) {
        assertThat(answer).isInstanceOf(LocalAnswer.Refused.class);
        assertThat(((LocalAnswer.Refused) answer).refusal())
                .as(((LocalAnswer.Refused) answer).because())
                .isEqualTo(refusal);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

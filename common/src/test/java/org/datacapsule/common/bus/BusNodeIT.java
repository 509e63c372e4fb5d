package org.datacapsule.common.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.testing.FreePorts;
import org.datacapsule.common.testing.TestAuthority;
import org.datacapsule.common.testing.TestBusRouter;
import org.datacapsule.common.wire.Contract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Routers and agents talk; what a stranger gets who reaches a router's ports. */
class BusNodeIT {

    static {
        // A node that is closed in the middle of something has threads that fail for it, in whatever test comes next.
        Awaitility.doNotCatchUncaughtExceptionsByDefault();
    }

    private static final Contract<String, String> ECHO =
            new Contract<>("test.echo", 1, String.class, String.class, Duration.ofSeconds(2));
    private static final HostId HOST = new HostId("h1");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String cluster = "test-" + UUID.randomUUID();
    private final int port = FreePorts.one();
    private final int door = FreePorts.one();
    private final TestAuthority ours = new TestAuthority();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private TestBusRouter router;

    @BeforeEach
    void start() throws Exception {
        router = router(port, door, ours);
        router.bus().serve(ECHO, question -> {
            heard.add(question);
            return question;
        });
    }

    @AfterEach
    void stop() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    @Test
    void anAgentAsksAndIsAsked() throws Exception {
        RouterLines agent = agent(HOST, ours.identity("h1"), door);

        assertThat(agent.ask(ECHO, () -> "a question")).isEqualTo("a question");
        assertThat(router.bus().ask(ECHO, HOST, "another")).isEqualTo("h1 answers another");
    }

    @Test
    void anAgentIsAskedByARouterThatItHasNoLineTo() throws Exception {
        TestBusRouter other = router(FreePorts.one(), FreePorts.one(), ours);
        agent(HOST, ours.identity("h1"), door);

        assertThat(other.bus().ask(ECHO, HOST, "a question")).isEqualTo("h1 answers a question");
    }

    @Test
    void whoIsLinkedToNoRouterIsNobody() throws Exception {
        RouterLines agent = agent(HOST, ours.identity("h1"), door);
        agent.close();

        await().atMost(PATIENCE)
                .until(
                        () -> catchThrowableOfType(
                                BusException.class, () -> router.bus().ask(ECHO, HOST, "a question")),
                        failure -> failure.reason() == BusException.Reason.NOBODY);
    }

    /** Such as one whose database is away. */
    @Test
    void whatOneRouterDoesNotAnswerAnotherDoes() throws Exception {
        AtomicReference<String> broken = new AtomicReference<>("first");
        int secondDoor = FreePorts.one();
        TestBusRouter second = router(FreePorts.one(), secondDoor, ours);
        serveUnless(broken, "first", router);
        serveUnless(broken, "second", second);
        RouterLines agent = RouterLines.open(
                List.of("127.0.0.1:" + secondDoor, "127.0.0.1:" + door), HOST, ours.identity("h1"), served());
        opened.push(agent);

        for (String answering : List.of("second", "first", "second")) {
            await().atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(BusException.class)
                    .untilAsserted(
                            () -> assertThat(agent.ask(ECHO, () -> "who?")).isEqualTo(answering));
            broken.set(answering);
        }
    }

    private static void serveUnless(AtomicReference<String> broken, String name, TestBusRouter router) {
        router.bus().serve(ECHO, question -> {
            if (broken.get().equals(name)) {
                throw new IllegalStateException("my database is away");
            }
            return name;
        });
    }

    /** What a host serves is for itself: a name with which it would get others' commands is none. */
    @Test
    void aHostServesNothingInAnothersName() throws Exception {
        Contract<String, String> bait =
                new Contract<>("test.echo.v1.h2", 1, String.class, String.class, Duration.ofSeconds(2));
        RouterLines agent = RouterLines.open(
                List.of("127.0.0.1:" + door),
                HOST,
                ours.identity("h1"),
                List.of(new Served<>(bait, question -> "stolen")));
        opened.push(agent);
        agent(new HostId("h3"), ours.identity("h3"), door);

        assertThat(agent.isOpen()).isFalse();
        assertThat(catchThrowableOfType(
                        BusException.class, () -> router.bus().ask(ECHO, new HostId("h2.v1.h1"), "a secret")))
                .isNotNull();
    }

    @Test
    void aCertificateOfAnotherAuthorityNeitherAsksNorIsAsked() throws Exception {
        TestAuthority theirs = new TestAuthority();
        RouterLines caller = RouterLines.open(List.of("127.0.0.1:" + door), HOST, theirs.identity("h1"), served());
        opened.push(caller);
        TestBusRouter stranger = router(FreePorts.one(), FreePorts.one(), theirs);
        bait(stranger.node().vertx());

        assertThat(catchThrowableOfType(BusException.class, () -> router.bus().ask(ECHO, HOST, "a secret")))
                .isNotNull();
        assertThat(caller.isOpen()).isFalse();
        assertThat(heard).isEmpty();
    }

    @Test
    void whoHasNoCertificateNeitherAsksNorIsAsked() throws Exception {
        Vertx stranger = plain(new EventBusOptions().setHost("127.0.0.1"));
        bait(stranger);

        assertThat(catchThrowableOfType(BusException.class, () -> router.bus().ask(ECHO, HOST, "a secret")))
                .isNotNull();
        assertThat(heard).isEmpty();
    }

    /** A host's certificate is good for calling, not for being called: not at an address that is not its own. */
    @Test
    void aHostIsNoRouter() throws Exception {
        Identity host = ours.authority().identity("h2", List.of("127.0.0.2"), Instant.now(), Duration.ofHours(1));
        int impostor = FreePorts.one();
        opened.push(TestBusRouter.alone(impostor, host));
        RouterLines agent = RouterLines.open(List.of("127.0.0.1:" + impostor), HOST, ours.identity("h1"), served());
        opened.push(agent);
        agent(HOST, ours.identity("h1"), door);

        assertThat(agent.isOpen()).isFalse();
    }

    /** Claims to have a line to the host. */
    private void bait(Vertx stranger) throws Exception {
        stranger.eventBus()
                .<String>consumer(ECHO.address(HOST.value()), message -> {
                    heard.add("stolen: " + message.body());
                    message.reply(message.body());
                })
                .completion()
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    /** As a program of somebody else's would, over the same Hazelcast. */
    private Vertx plain(EventBusOptions options) throws Exception {
        BusConfig config = new BusConfig(
                cluster, "127.0.0.1", FreePorts.one(), List.of("127.0.0.1:" + port), FreePorts.one(), List.of());
        HazelcastClusterManager manager = new HazelcastClusterManager(BusNode.hazelcastConfig(config));
        Vertx vertx = Vertx.builder()
                .with(new VertxOptions().setEventBusOptions(options))
                .withClusterManager(manager)
                .buildClustered()
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        opened.push(
                () -> vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS));
        assertThat(manager.getNodes()).as("it is a member").hasSize(2);
        return vertx;
    }

    private TestBusRouter router(int at, int doorPort, TestAuthority authority) throws Exception {
        TestBusRouter joined = TestBusRouter.join(cluster, at, port, doorPort, authority.identity("router"));
        opened.push(joined);
        return joined;
    }

    private RouterLines agent(HostId host, Identity identity, int at) throws Exception {
        RouterLines lines = RouterLines.open(List.of("127.0.0.1:" + at), host, identity, served(host));
        opened.push(lines);
        await().atMost(PATIENCE).until(lines::isOpen);
        return lines;
    }

    private static List<Served<?, ?>> served() {
        return served(HOST);
    }

    private static List<Served<?, ?>> served(HostId host) {
        return List.of(new Served<>(ECHO, question -> host + " answers " + question));
    }
}

package org.datacapsule.agent.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.datacapsule.agent.identity.IdentityFiles;
import org.datacapsule.agent.identity.Renewing;
import org.datacapsule.common.bus.BusException;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.signing.ReportVerifier;
import org.datacapsule.common.testing.FreePorts;
import org.datacapsule.common.testing.StallingProxy;
import org.datacapsule.common.testing.TestAuthority;
import org.datacapsule.common.testing.TestBusRouter;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.HeartbeatReply;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.common.wire.Renewal;
import org.datacapsule.common.wire.ReportReply;
import org.datacapsule.common.wire.SignedCommand;
import org.datacapsule.common.wire.SignedReport;
import org.datacapsule.common.wire.WireJson;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The link to real doors on the loopback interface. */
class BusLinkIT {
    private static final HostId HOST = new HostId("h1");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final int door = FreePorts.one();
    private final AtomicBoolean asksToRejoin = new AtomicBoolean();
    private final TestAuthority authority = new TestAuthority();
    private final TestHost host = TestHost.in(authority, HOST);
    private final IdentityFiles identities = host.files();
    private final Set<UUID> links = ConcurrentHashMap.newKeySet();
    private BusLink link = link(List.of("127.0.0.1:" + door), Duration.ofSeconds(2));

    private final AtomicInteger refused = new AtomicInteger();
    private final Set<String> taken = ConcurrentHashMap.newKeySet();

    @AfterEach
    void leave() throws InterruptedException {
        link.stop();
    }

    @Test
    void commandsReachTheAgentAgainAfterTheLastRouterWasReplaced() throws Exception {
        TestBusRouter first = router();
        start();
        awaitThatCommandsReachTheAgent(first);
        first.close();

        try (TestBusRouter second = router()) {
            awaitThatCommandsReachTheAgent(second);
        }
    }

    @Test
    void anAgentThatStartsBeforeAnyRouterFindsTheFirstOne() throws Exception {
        start();
        Thread.sleep(1000);

        try (TestBusRouter router = router()) {
            awaitThatCommandsReachTheAgent(router);
        }
    }

    @Test
    void anAgentThatIsToldToRejoinComesBack() throws Exception {
        try (TestBusRouter router = router()) {
            start();
            awaitThatCommandsReachTheAgent(router);
            asksToRejoin.set(true);
            await().atMost(PATIENCE).untilFalse(asksToRejoin);

            awaitThatCommandsReachTheAgent(router);
        }
    }

    @Test
    void aCertificateThatIsAboutToEndIsRenewedWithoutAnEndOfTheAgent() throws Exception {
        host.install(Duration.ofSeconds(30));
        String first = ReportVerifier.keyId(host.current().certificate().getPublicKey());

        try (TestBusRouter router = router()) {
            start();
            await().atMost(PATIENCE).until(() -> taken.size() > 1);

            awaitThatCommandsReachTheAgent(router);
        }
        assertThat(taken).contains(first).hasSize(2);
    }

    @Test
    void whoJoinedAnewWhileItRanIsWhoItIsThenSoonAfter() throws Exception {
        try (TestBusRouter router = router()) {
            start();
            await().atMost(PATIENCE).until(() -> taken.size() == 1);
            host.install(Duration.ofDays(1));

            await().atMost(PATIENCE).until(() -> taken.size() == 2);
            awaitThatCommandsReachTheAgent(router);
        }
        assertThat(refused.get()).isPositive();
    }

    @Test
    void whatIsAskedWhileNoRouterIsThereHasNoAnswer() throws Exception {
        start();

        assertThat(link.ask(Contracts.HEARTBEAT, heartbeat(new UUID(0, 2)))).isEqualTo(Optional.empty());
    }

    /** It is cut off from one router and sees the other, which the first one sees as well. */
    @Test
    void anAgentThatIsCutOffFromOneOfTwoRoutersIsLinkedAllTheWhile() throws Exception {
        String cluster = "test-" + UUID.randomUUID();
        int port = FreePorts.one();
        int firstDoor = FreePorts.one();
        int secondDoor = FreePorts.one();
        AtomicInteger byFirst = new AtomicInteger();
        AtomicInteger bySecond = new AtomicInteger();
        AtomicBoolean isSecondBroken = new AtomicBoolean();
        try (StallingProxy wayToFirst = new StallingProxy(firstDoor);
                StallingProxy wayToSecond = new StallingProxy(secondDoor);
                TestBusRouter first = TestBusRouter.join(cluster, port, port, firstDoor, authority.identity("router"));
                TestBusRouter second =
                        TestBusRouter.join(cluster, FreePorts.one(), port, secondDoor, authority.identity("router"))) {
            first.bus().serve(Contracts.HEARTBEAT.signed(), signed -> {
                byFirst.incrementAndGet();
                return answer(signed);
            });
            second.bus().serve(Contracts.HEARTBEAT.signed(), signed -> {
                if (isSecondBroken.get()) {
                    throw new IllegalStateException("its database is away");
                }
                bySecond.incrementAndGet();
                return answer(signed);
            });
            link = link(List.of("127.0.0.1:" + wayToFirst.port(), "127.0.0.1:" + wayToSecond.port()), PATIENCE);
            start();
            awaitThatCommandsReachTheAgent(first);
            awaitThatCommandsReachTheAgent(second);

            wayToFirst.stall();
            bySecond.set(0);
            await().atMost(PATIENCE).until(() -> bySecond.get() > 3);
            awaitThatCommandsReachTheAgent(second);
            awaitThatCommandsReachTheAgent(first);

            wayToFirst.heal();
            isSecondBroken.set(true);
            byFirst.set(0);
            await().atMost(PATIENCE).until(() -> byFirst.get() > 3);
            awaitThatCommandsReachTheAgent(first);
            awaitThatCommandsReachTheAgent(second);
            assertThat(links).hasSize(1);
        }
    }

    private void start() {
        Admission admission = new Admission(command -> new CommandReply.Accepted(), recall -> true, () -> {});
        link.start(admission, BusLinkIT::heartbeat, orders -> {});
    }

    private TestBusRouter router() throws BusException, InterruptedException {
        TestBusRouter router = TestBusRouter.alone(door, authority.identity("router"));
        router.bus().serve(Contracts.HEARTBEAT.signed(), this::answer);
        router.bus().serve(Contracts.RENEWAL.signed(), signed -> {
            Renewal renewal = WireJson.read(signed.report(), Renewal.class);
            return new ReportReply.Answered(WireJson.text(host.enrolment(renewal, Duration.ofDays(1))));
        });
        return router;
    }

    private ReportReply answer(SignedReport signed) {
        boolean known =
                ReportVerifier.isSignedBy(host.current().certificate().getPublicKey(), Contracts.HEARTBEAT, signed);
        if (!known) {
            refused.incrementAndGet();
            return new ReportReply.Refused(Problem.of(ErrorCode.HOST_REPORT_REFUSED, "not known"));
        }
        taken.add(signed.keyId());
        links.add(WireJson.read(signed.report(), Heartbeat.class).link());
        return new ReportReply.Answered(WireJson.text(HeartbeatReply.admitted(asksToRejoin.getAndSet(false))));
    }

    private static void awaitThatCommandsReachTheAgent(TestBusRouter router) {
        await().atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(BusException.class)
                .untilAsserted(() -> assertThat(
                                router.bus().ask(Contracts.COMMAND, HOST, new SignedCommand("k", "e", "s")))
                        .isEqualTo(new CommandReply.Accepted()));
    }

    private static Heartbeat heartbeat(UUID link) {
        return new Heartbeat(
                HOST,
                new UUID(0, 1),
                link,
                "key",
                "test",
                "127.0.0.1",
                "tcg (test)",
                new Capacity(1, 1, 1),
                new PortRange(20_000, 5_900, 1),
                GuestNetwork.parse("10.90.0.0/16"),
                List.of(),
                List.of(),
                0,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private BusLink link(List<String> doors, Duration rejoinAfter) {
        return new BusLink(
                doors,
                HOST,
                identities,
                new Renewing(identities, HOST, () -> {}),
                new LinkTiming(Duration.ofMillis(300), rejoinAfter),
                InstantSource.system());
    }
}

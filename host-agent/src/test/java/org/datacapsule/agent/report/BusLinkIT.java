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
import org.datacapsule.common.bus.BusConfig;
import org.datacapsule.common.bus.BusException;
import org.datacapsule.common.bus.BusNode;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.signing.ReportVerifier;
import org.datacapsule.common.testing.FreePorts;
import org.datacapsule.common.testing.TestAuthority;
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

/** The link over a real cluster on the loopback interface. */
class BusLinkIT {
    private static final HostId HOST = new HostId("h1");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final int routerPort = FreePorts.one();
    private final int agentPort = FreePorts.one();
    private final String cluster = "test-" + UUID.randomUUID();
    private final AtomicBoolean asksToRejoin = new AtomicBoolean();
    private final TestAuthority authority = new TestAuthority();
    private final TestHost host = TestHost.in(authority, HOST);
    private final IdentityFiles identities = host.files();
    private final BusLink link = new BusLink(
            config(agentPort, true),
            HOST,
            identities,
            new Renewing(identities, HOST, () -> {}),
            new LinkTiming(Duration.ofMillis(300), Duration.ofSeconds(2)),
            InstantSource.system());

    private final AtomicInteger refused = new AtomicInteger();
    private final Set<String> taken = ConcurrentHashMap.newKeySet();

    @AfterEach
    void leave() throws InterruptedException {
        link.stop();
    }

    @Test
    void commandsReachTheAgentAgainAfterTheLastRouterWasReplaced() throws Exception {
        BusNode first = router();
        start();
        awaitThatCommandsReachTheAgent(first);
        first.close();

        try (BusNode second = router()) {
            awaitThatCommandsReachTheAgent(second);
        }
    }

    @Test
    void anAgentThatStartsBeforeAnyRouterFindsTheFirstOne() throws Exception {
        start();
        Thread.sleep(4000);

        try (BusNode router = router()) {
            awaitThatCommandsReachTheAgent(router);
        }
    }

    @Test
    void anAgentThatIsToldToRejoinComesBack() throws Exception {
        try (BusNode router = router()) {
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

        try (BusNode router = router()) {
            start();
            await().atMost(PATIENCE).until(() -> taken.size() > 1);

            awaitThatCommandsReachTheAgent(router);
        }
        assertThat(taken).contains(first).hasSize(2);
    }

    @Test
    void whoJoinedAnewWhileItRanIsWhoItIsThenSoonAfter() throws Exception {
        try (BusNode router = router()) {
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

    private void start() {
        Admission admission = new Admission(command -> new CommandReply.Accepted(), recall -> true, () -> {});
        link.start(admission, BusLinkIT::heartbeat, orders -> {});
    }

    private BusNode router() throws BusException, InterruptedException {
        BusNode node = BusNode.join(config(routerPort, false), authority.identity("router"));
        node.bus().serve(Contracts.HEARTBEAT.signed(), "", this::answer);
        node.bus().serve(Contracts.RENEWAL.signed(), "", signed -> {
            Renewal renewal = WireJson.read(signed.report(), Renewal.class);
            return new ReportReply.Answered(WireJson.text(host.enrolment(renewal, Duration.ofDays(1))));
        });
        return node;
    }

    private ReportReply answer(SignedReport signed) {
        boolean known =
                ReportVerifier.isSignedBy(host.current().certificate().getPublicKey(), Contracts.HEARTBEAT, signed);
        if (!known) {
            refused.incrementAndGet();
            return new ReportReply.Refused(Problem.of(ErrorCode.HOST_REPORT_REFUSED, "not known"));
        }
        taken.add(signed.keyId());
        return new ReportReply.Answered(WireJson.text(HeartbeatReply.admitted(asksToRejoin.getAndSet(false))));
    }

    private static void awaitThatCommandsReachTheAgent(BusNode router) {
        await().atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(BusException.class)
                .untilAsserted(() -> assertThat(
                                router.bus().ask(Contracts.COMMAND, HOST.value(), new SignedCommand("k", "e", "s")))
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
                Optional.empty());
    }

    private BusConfig config(int port, boolean lite) {
        return new BusConfig(cluster, "127.0.0.1", port, List.of("127.0.0.1:" + routerPort), lite);
    }
}

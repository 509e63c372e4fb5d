package org.datacapsule.common.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.testing.FreePorts;
import org.datacapsule.common.testing.TestAuthority;
import org.datacapsule.common.wire.Contract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who reaches Hazelcast's port is a member of the cluster; what that is good for without a certificate of ours. */
class BusNodeIT {
    private static final Contract<String, String> ECHO =
            new Contract<>("test.echo", 1, String.class, String.class, Duration.ofSeconds(2));

    private final String cluster = "test-" + UUID.randomUUID();
    private final int port = FreePorts.one();
    private final TestAuthority ours = new TestAuthority();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private BusNode router;

    @BeforeEach
    void start() throws Exception {
        router = join(port, false, ours.identity("router"));
        router.bus().serve(ECHO, "", question -> {
            heard.add(question);
            return question;
        });
    }

    @AfterEach
    void stop() {
        router.close();
    }

    @Test
    void whoHasACertificateOfOurAuthorityIsAnswered() throws Exception {
        try (BusNode agent = join(FreePorts.one(), true, ours.identity("h1"))) {
            assertThat(agent.bus().ask(ECHO, "", "a question")).isEqualTo("a question");
        }
    }

    @Test
    void aCertificateOfAnotherAuthorityNeitherAsksNorIsAsked() throws Exception {
        try (BusNode stranger = join(FreePorts.one(), false, new TestAuthority().identity("router"))) {
            assertThat(catchThrowableOfType(
                            BusException.class, () -> stranger.bus().ask(ECHO, "", "of a stranger")))
                    .isNotNull();
            stranger.bus().serve(ECHO, "bait", question -> {
                heard.add("stolen: " + question);
                return question;
            });
            assertThat(catchThrowableOfType(
                            BusException.class, () -> router.bus().ask(ECHO, "bait", "a secret")))
                    .isNotNull();
        }
        assertThat(heard).isEmpty();
    }

    @Test
    void whoHasNoCertificateNeitherAsksNorIsAsked() throws Exception {
        Vertx stranger = plain(new EventBusOptions().setHost("127.0.0.1"));
        try {
            stranger.eventBus().<String>consumer("test.echo.v1.bait", message -> {
                heard.add("stolen: " + message.body());
                message.reply(message.body());
            });
            var answer = stranger.eventBus()
                    .request(ECHO.address(""), "\"of a stranger\"", new DeliveryOptions().setSendTimeout(2000))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .handle((reply, failure) -> failure)
                    .get(10, TimeUnit.SECONDS);
            assertThat(answer).isNotNull();
            assertThat(catchThrowableOfType(
                            BusException.class, () -> router.bus().ask(ECHO, "bait", "a secret")))
                    .isNotNull();
        } finally {
            stranger.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
        assertThat(heard).isEmpty();
    }

    /** As a program of somebody else's would, over the same Hazelcast. */
    private Vertx plain(EventBusOptions options) throws Exception {
        HazelcastClusterManager manager =
                new HazelcastClusterManager(BusNode.hazelcastConfig(config(FreePorts.one(), true)));
        Vertx vertx = Vertx.builder()
                .with(new VertxOptions().setEventBusOptions(options))
                .withClusterManager(manager)
                .buildClustered()
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        assertThat(manager.getNodes()).as("it is a member").hasSize(2);
        return vertx;
    }

    private BusNode join(int at, boolean lite, Identity identity) throws Exception {
        return BusNode.join(config(at, lite), identity);
    }

    private BusConfig config(int at, boolean lite) {
        return new BusConfig(cluster, "127.0.0.1", at, List.of("127.0.0.1:" + port), lite);
    }
}

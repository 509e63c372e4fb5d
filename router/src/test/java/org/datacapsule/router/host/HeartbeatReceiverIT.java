package org.datacapsule.router.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.signing.ReceiptVerifier;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.HeartbeatReply;
import org.datacapsule.common.wire.ImageOrders;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.drift.DriftLog;
import org.datacapsule.router.event.EventLog;
import org.datacapsule.router.identity.IdentityStore;
import org.datacapsule.router.identity.Sender;
import org.datacapsule.router.operation.OperationSignal;
import org.datacapsule.router.operation.OperationStore;
import org.datacapsule.router.testing.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Which agents are told to join the cluster again. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeartbeatReceiverIT {
    private final Vertx vertx = Vertx.vertx();
    private static final UUID AGENT = UUID.randomUUID();

    private final HostId host = new HostId("h1");
    private TestDatabase rows;
    private Database database;
    private final IdentityStore identities = new IdentityStore();
    private HeartbeatReceiver receiver;

    @BeforeAll
    void start() throws Exception {
        rows = TestDatabase.make();
        database = Database.open(vertx, rows.config());
        receiver = new HeartbeatReceiver(
                database,
                new HostStore(),
                identities,
                new OperationStore(),
                (tx, heartbeat) -> 0,
                (tx, heartbeat) -> ImageOrders.NONE,
                (tx, heartbeat) -> List.of(),
                new HostAbsence(new HostStore(), new EventLog(() -> {}), new DriftLog()),
                (tx, heartbeat) -> Optional.empty(),
                new AuditLog(),
                new OperationSignal(),
                new HostConfig(Duration.ofSeconds(10)));
    }

    @AfterAll
    void stop() throws Exception {
        database.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        rows.close();
    }

    @Test
    void anAgentThatBeatsAndCannotBeReachedIsToldOnceToJoinAgain() {
        UUID link = UUID.randomUUID();
        receive(heartbeat(link));

        receiver.foundUnreachable(host);

        assertThat(receive(heartbeat(link)).rejoin()).isTrue();
        assertThat(receive(heartbeat(link)).rejoin()).isFalse();
    }

    @Test
    void whatWasFoundOfALinkIsNotHeldAgainstTheNext() {
        receive(heartbeat(UUID.randomUUID()));
        receiver.foundUnreachable(host);

        UUID next = UUID.randomUUID();

        assertThat(receive(heartbeat(next)).rejoin()).isFalse();
        assertThat(receive(heartbeat(next)).rejoin()).isFalse();
        receiver.foundUnreachable(host);
        assertThat(receive(heartbeat(next)).rejoin()).isTrue();
    }

    @Test
    void everyKeyAHostEverHadIsRememberedAndItsComingIsAudited() throws Exception {
        String first = key();
        String second = key();

        receive(heartbeat("h2", first));
        receive(heartbeat("h2", first));
        receive(heartbeat("h2", second));
        receive(heartbeat("h2", first));

        assertThat(registered("h2")).as("what it said last").isEqualTo(first + " " + ReceiptVerifier.keyId(first));
        assertThat(
                        sql(
                                "select string_agg(public_key, ' ' order by first_seen) from host_receipt_key where host_id = 'h2'"))
                .isEqualTo(first + " " + second);
        assertThat(sql("select string_agg(detail, ', ' order by id) from audit where action = 'host_receipt_key'"))
                .isEqualTo("host=h2 key=" + ReceiptVerifier.keyId(first) + ", host=h2 key="
                        + ReceiptVerifier.keyId(second));
    }

    /** They would wait for each other: who holds the row goes on to the host's capsules, and a command holds one of them. */
    @Test
    void whoHoldsAHostsRowHoldsUpNobodyWhoOnlyRefersToIt() throws Exception {
        receive(heartbeat("h5", "no key"));

        boolean referred = database.transaction(tx -> {
            assertThat(new HostStore().lock(tx, new HostId("h5"))).isTrue();
            return database.transaction(other -> {
                other.update("set local lock_timeout = '3s'", Tuple.tuple());
                return other.update(
                                "insert into host_image (host_id, sha256) values ('h5', repeat('ab', 32))",
                                Tuple.tuple())
                        == 1;
            });
        });

        assertThat(referred).isTrue();
    }

    @Test
    void aHostWhoseKeyIsNoneIsThereAllTheSame() throws Exception {
        receive(heartbeat("h3", "no key"));

        assertThat(sql("select receipt_key_id is null from host where id = 'h3'"))
                .isEqualTo("true");
        assertThat(sql("select count(*) from host_receipt_key where host_id = 'h3'"))
                .isEqualTo("0");
    }

    @Test
    void aHeartbeatThatIsNotNewerThanTheLastIsRefused() throws Exception {
        join("h4");
        Heartbeat beat = heartbeat("h4", "no key");
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        receiver.receive(new Sender(beat.host(), now), beat);

        assertThatThrownBy(() -> receiver.receive(new Sender(beat.host(), now), beat))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("a later one has come");
        assertThatThrownBy(() -> receiver.receive(new Sender(beat.host(), now.minusSeconds(1)), beat))
                .isInstanceOf(ProblemException.class);
        receiver.receive(new Sender(beat.host(), now.plusNanos(1000)), beat);
    }

    /** As a host that has joined. */
    private HeartbeatReply receive(Heartbeat heartbeat) {
        try {
            join(heartbeat.host().value());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return receiver.receive(new Sender(heartbeat.host(), Instant.now()), heartbeat);
    }

    private void join(String name) throws InterruptedException {
        database.transaction(tx -> tx.update("""
                insert into host_identity (host_id, addresses, public_key, key_id, ends_at)
                values ($1, '{}', 'key', 'key', now() + interval '1 day')
                on conflict (host_id) do update set beat_at = null
                """, Tuple.of(name)));
    }

    private String registered(String name) throws InterruptedException {
        return sql("select receipt_key || ' ' || receipt_key_id from host where id = '" + name + "'");
    }

    private String sql(String query) throws InterruptedException {
        return database.read(tx -> tx.first(query, Tuple.tuple(), row -> String.valueOf(row.getValue(0))))
                .orElseThrow();
    }

    private static String key() throws NoSuchAlgorithmException {
        byte[] encoded = KeyPairGenerator.getInstance("Ed25519")
                .generateKeyPair()
                .getPublic()
                .getEncoded();
        return Base64.getEncoder().encodeToString(encoded);
    }

    private Heartbeat heartbeat(UUID link) {
        return heartbeat(host.value(), link, "key");
    }

    private static Heartbeat heartbeat(String name, String receiptKey) {
        return heartbeat(name, UUID.randomUUID(), receiptKey);
    }

    private static Heartbeat heartbeat(String name, UUID link, String receiptKey) {
        return new Heartbeat(
                new HostId(name),
                AGENT,
                link,
                receiptKey,
                "test",
                "127.0.0.1",
                "simulated (no guest runs)",
                new Capacity(2, 1024, 10),
                new PortRange(20_000, 6_000, 2),
                GuestNetwork.parse("10.90.0.0/26"),
                List.of(),
                List.of(),
                0,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}

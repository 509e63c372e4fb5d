package org.datacapsule.router.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.datacapsule.common.bus.BusException;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.ResultMessage;
import org.datacapsule.common.wire.ResultReply;
import org.datacapsule.common.wire.ResultReply.Refused;
import org.datacapsule.common.wire.ResultReply.SendFrom;
import org.datacapsule.common.wire.ResultReply.Stored;
import org.datacapsule.router.RouterAssembly;
import org.datacapsule.router.testing.CapsuleRows.Row;
import org.datacapsule.router.testing.ResultShipment;
import org.datacapsule.router.testing.ReviewDesk;
import org.datacapsule.router.testing.Seeded;
import org.datacapsule.router.testing.TarFile;
import org.datacapsule.router.testing.TestRouter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A result arrives whole and once, whoever sends what twice, wrongly or to another router. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShippingIT {
    private static final int CHUNK = ResultMessage.CHUNK;

    private final Seeded random = Seeded.of("ShippingIT");
    private ReviewDesk desk;
    private TestRouter router;
    private RouterAssembly second;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        desk = new ReviewDesk(folder, Map.of("results.max-bytes", "8000000", "results.sweep", "100ms"));
        router = desk.router();
        second = router.another();
    }

    @AfterAll
    void stop() throws Exception {
        second.close();
        desk.close();
    }

    @AfterEach
    void nothingIsLeftOfWhatHasArrived() throws Exception {
        assertThat(router.sql("""
                select count(*) from result_chunk c where not exists (select from result_upload u where u.id = c.upload_id)
                """)).isEqualTo("0");
        assertThat(router.sql("select count(*) from result_upload u join result r on r.id = u.id"))
                .isEqualTo("0");
    }

    @Test
    void twoRoutersTakeChunksInTurns() throws Exception {
        byte[] archive = archive(9 * CHUNK + 1234);
        ResultShipment shipment = desk.shipment(desk.capsule("ann"), archive);

        AtomicInteger turn = new AtomicInteger();
        assertThat(shipment.send(message -> desk.agent().shipTo(turn.getAndIncrement() % 2, message)))
                .isEqualTo(new Stored());

        assertThat(Files.readAllBytes(desk.file(shipment.id().toString()))).isEqualTo(archive);
    }

    @Test
    void anInterruptedOneGoesOnWhereItStopped() throws Exception {
        byte[] archive = archive(5 * CHUNK + 17);
        ResultShipment shipment = desk.shipment(desk.capsule("ann"), archive);
        assertThat(ship(shipment.begin())).isEqualTo(new SendFrom(0));
        assertThat(ship(shipment.chunk(0))).isEqualTo(new SendFrom(CHUNK));
        assertThat(ship(shipment.chunk(CHUNK))).isEqualTo(new SendFrom(2L * CHUNK));

        router.restart();

        List<ResultMessage> sent = new ArrayList<>();
        ResultReply last = shipment.send(message -> {
            sent.add(message);
            return ship(message);
        });
        assertThat(last).isEqualTo(new Stored());
        assertThat(sent.get(1)).isEqualTo(shipment.chunk(2L * CHUNK));
        assertThat(Files.readAllBytes(desk.file(shipment.id().toString()))).isEqualTo(archive);
    }

    @Test
    void repeatsAndWrongOrdersAreHarmless() throws Exception {
        byte[] archive = archive(3 * CHUNK + 5);
        ResultShipment shipment = desk.shipment(desk.capsule("ann"), archive);
        assertThat(ship(shipment.begin())).isEqualTo(new SendFrom(0));
        assertThat(ship(shipment.begin())).isEqualTo(new SendFrom(0));
        assertThat(ship(shipment.chunk(CHUNK))).as("too early").isEqualTo(new SendFrom(0));
        assertThat(ship(shipment.end())).as("too early").isEqualTo(new SendFrom(0));
        for (long offset = 0; offset < archive.length; offset += CHUNK) {
            long after = Math.min(offset + CHUNK, archive.length);
            assertThat(ship(shipment.chunk(offset))).isEqualTo(new SendFrom(after));
            assertThat(ship(shipment.chunk(offset))).as("again").isEqualTo(new SendFrom(after));
            assertThat(ship(shipment.chunk(0))).as("an old one").isEqualTo(new SendFrom(after));
            assertThat(ship(shipment.begin())).isEqualTo(new SendFrom(after));
        }
        assertThat(ship(shipment.end())).isEqualTo(new Stored());
        for (ResultMessage again : List.of(shipment.end(), shipment.begin(), shipment.chunk(0))) {
            assertThat(ship(again)).isEqualTo(new Stored());
        }
        assertThat(router.sql("select count(*) from result where id = '" + shipment.id() + "'"))
                .isEqualTo("1");
    }

    /** Any message at any time from several senders at once: what is stored is the archive, and one result. */
    @Test
    void anyOrderOfMessagesEndsWithTheArchive() throws Exception {
        byte[] archive = archive(6 * CHUNK + random.below(CHUNK));
        ResultShipment shipment = desk.shipment(desk.capsule("ann"), archive);
        assertThat(ship(shipment.begin())).isInstanceOf(SendFrom.class);
        List<Callable<Boolean>> senders = new ArrayList<>();
        for (int sender = 0; sender < 4; sender++) {
            List<Integer> plan = new ArrayList<>();
            for (int n = 0; n < 25; n++) {
                plan.add(random.below(9));
            }
            senders.add(() -> {
                for (int what : plan) {
                    ship(
                            switch (what) {
                                case 7 -> shipment.begin();
                                case 8 -> shipment.end();
                                default -> shipment.chunk((long) what * CHUNK);
                            });
                }
                return true;
            });
        }

        atOnce(senders);

        assertThat(shipment.send(desk.agent()::ship)).as("%s", random).isEqualTo(new Stored());
        assertThat(Files.readAllBytes(desk.file(shipment.id().toString())))
                .as("%s", random)
                .isEqualTo(archive);
        assertThat(router.sql("select count(*) from event where kind = 'result.received' and detail ->> 'resultid' = '"
                        + shipment.id() + "'"))
                .isEqualTo("1");
    }

    @Test
    void endsAtOnceStoreOnce() throws Exception {
        ResultShipment shipment = desk.shipment(desk.capsule("ann"), archive(4 * CHUNK));
        ship(shipment.begin());
        for (long offset = 0; offset < shipment.begin().bytes(); offset += CHUNK) {
            ship(shipment.chunk(offset));
        }

        List<ResultReply> replies = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<ResultReply>> ends = new ArrayList<>();
            for (int n = 0; n < 6; n++) {
                ends.add(() -> ship(shipment.end()));
            }
            for (Future<ResultReply> reply : threads.invokeAll(ends)) {
                replies.add(reply.get());
            }
        }

        assertThat(replies).containsOnly(new Stored());
        assertThat(router.sql("select count(*) from audit where action = 'result.received' and detail like '"
                        + shipment.id() + "%'"))
                .isEqualTo("1");
    }

    @Test
    void whatWasCorruptedOnItsWayIsSentAgainAndGivenUpInTheEnd() throws Exception {
        byte[] archive = archive(2 * CHUNK);
        ResultShipment shipment = desk.shipment(desk.capsule("ann"), archive);
        ship(shipment.begin());
        byte[] corrupted = shipment.chunk(0).bytes();
        corrupted[100] ^= 1;
        ship(ResultMessage.Chunk.of(shipment.id(), 0, corrupted));
        for (long offset = CHUNK; offset < archive.length; offset += CHUNK) {
            ship(shipment.chunk(offset));
        }
        assertThat(ship(shipment.end())).isEqualTo(new SendFrom(0));
        assertThat(shipment.send(desk.agent()::ship)).isEqualTo(new Stored());
        assertThat(Files.readAllBytes(desk.file(shipment.id().toString()))).isEqualTo(archive);

        ResultShipment lying =
                new ResultShipment(desk.capsule("ann"), ReviewDesk.HOST, 1, archive, "0".repeat(64), Instant.now());
        assertThat(lying.send(desk.agent()::ship)).isInstanceOf(Refused.class);
        assertThat(desk.file(lying.id().toString())).doesNotExist();
        assertThat(router.sql("select count(*) from result_upload where id = '" + lying.id() + "'"))
                .isEqualTo("0");
    }

    @Test
    void anArchiveThatIsNotTakenIsRejectedWithTheReason() throws Exception {
        String capsule = desk.capsule("ann");
        ResultShipment shipment = desk.shipment(
                capsule, new TarFile().entry('2', "link", 0, new byte[0]).end());

        assertThat(shipment.send(desk.agent()::ship)).isEqualTo(new Stored());

        JsonObject result = desk.results("ann", capsule).getJsonObject(0);
        assertThat(result.getString("status")).isEqualTo("Rejected");
        assertThat(result.getString("comment")).contains("a symbolic link: link");
        assertThat(result.getString("state")).isEqualTo("DELETED");
        assertThat(desk.file(shipment.id().toString())).doesNotExist();
        assertThat(desk.decide("rea", shipment.id().toString(), "Released").code())
                .isEqualTo("result.not-pending");
        assertThat(router.sql("select string_agg(kind, ' ') from event where capsule_id = '" + capsule + "'"))
                .isEqualTo("result.rejected");
    }

    @Test
    void onlyACapsulesOwnHostSpeaksForItAndOnlyOfSecureMode() throws Exception {
        String capsule = desk.capsule("ann");
        byte[] archive = archive(100);
        String elsewhere = desk.rows()
                .insert("RESEARCH", "null", "RUNNING", "MAINTENANCE", Map.of("ann", Row.of("OWNER-CONTROLLER")));

        ResultMessage.Begin ofAnother = new ResultShipment(capsule, "h1", 1, archive).begin();
        assertThat(desk.agent().tell(Contracts.RESULT, ofAnother)).isInstanceOf(Refused.class);
        ResultShipment under = desk.shipment(capsule, archive);
        ship(under.begin());
        assertThat(desk.agent().tell(Contracts.RESULT, under.chunk(0)))
                .as("a host that did not begin it")
                .isInstanceOf(Refused.class);
        router.execute("delete from result_upload where id = '" + under.id() + "'");
        assertRefused(new ResultShipment(capsule, ReviewDesk.HOST, 2, archive), ErrorCode.RESULT_REFUSED);
        assertRefused(new ResultShipment(elsewhere, ReviewDesk.HOST, 1, archive), ErrorCode.RESULT_REFUSED);
        assertRefused(
                new ResultShipment(java.util.UUID.randomUUID().toString(), ReviewDesk.HOST, 1, archive),
                ErrorCode.RESULT_REFUSED);
        assertRefused(new ResultShipment(capsule, ReviewDesk.HOST, 1, new byte[0]), ErrorCode.RESULT_TOO_LARGE);
        assertRefused(new ResultShipment(capsule, ReviewDesk.HOST, 1, new byte[8_000_001]), ErrorCode.RESULT_TOO_LARGE);
        assertThat(router.sql("select count(*) from result_upload where capsule_id in ('" + capsule + "', '" + elsewhere
                        + "')"))
                .isEqualTo("0");
    }

    private void assertRefused(ResultShipment shipment, ErrorCode code) throws Exception {
        ResultReply reply = ship(shipment.begin());
        assertThat(reply).isInstanceOf(Refused.class);
        assertThat(((Refused) reply).problem().code()).isEqualTo(code);
    }

    @Test
    void oneThatWasAskedForInSecureModeIsTakenAfterTheSwitchBack() throws Exception {
        String capsule = desk.rows()
                .insert("RESEARCH", "null", "RUNNING", "MAINTENANCE", Map.of("ann", Row.of("OWNER-CONTROLLER")));
        Instant now = Instant.now();
        operation(capsule, 1, "LAUNCH", now.minus(Duration.ofHours(5)));
        operation(capsule, 2, "SWITCH_TO_SECURE", now.minus(Duration.ofHours(4)));
        operation(capsule, 3, "SWITCH_TO_MAINTENANCE", now.minus(Duration.ofHours(2)));

        assertThat(begin(capsule, now.minus(Duration.ofHours(3)))).isEqualTo(new SendFrom(0));
        assertThat(begin(capsule, now.minus(Duration.ofHours(5)))).as("before").isInstanceOf(Refused.class);
        assertThat(begin(capsule, now.minus(Duration.ofHours(1)))).as("after").isInstanceOf(Refused.class);
    }

    private ResultReply begin(String capsule, Instant askedAt) throws Exception {
        return ship(new ResultShipment(
                        capsule, ReviewDesk.HOST, 1, archive(10), ResultShipment.sha256(archive(10)), askedAt)
                .begin());
    }

    private void operation(String capsule, int sequence, String kind, Instant at) throws Exception {
        router.execute("""
                insert into operation (id, capsule_id, kind, state, sequence, generation, host_id, requested_by, request_id,
                    created_at, finished_at, deadline)
                values (gen_random_uuid(), '%s', '%s', 'SUCCEEDED', %d, 1, 'rows', 'ann', 'r', '%s', '%s', now())
                """.formatted(capsule, kind, sequence, at, at.plusSeconds(2)));
    }

    @Test
    void whatNeverArrivesWholeIsDroppedAfterADay() throws Exception {
        ResultShipment shipment = desk.shipment(desk.capsule("ann"), archive(3 * CHUNK));
        ship(shipment.begin());
        ship(shipment.chunk(0));
        router.execute(
                "update result_upload set touched_at = now() - interval '25 hours' where id = '" + shipment.id() + "'");

        router.awaitSql("select count(*) from result_upload where id = '" + shipment.id() + "'", "0");

        assertThatThrownBy(() -> ship(shipment.chunk(CHUNK))).isInstanceOf(BusException.class);
        assertThat(shipment.send(desk.agent()::ship)).as("from the beginning").isEqualTo(new Stored());
    }

    @Test
    void aChunkOfAnotherLengthIsNotTaken() throws Exception {
        ResultShipment shipment = desk.shipment(desk.capsule("ann"), archive(3 * CHUNK));
        ship(shipment.begin());

        for (int length : new int[] {0, 1, CHUNK - 1, CHUNK + 1}) {
            assertThatThrownBy(() -> ship(ResultMessage.Chunk.of(shipment.id(), 0, new byte[length])))
                    .isInstanceOf(BusException.class);
        }
        assertThatThrownBy(() -> ship(new ResultMessage.Chunk(shipment.id(), 0, "not base64!")))
                .isInstanceOf(BusException.class);
        assertThat(shipment.send(desk.agent()::ship)).isEqualTo(new Stored());
    }

    @Test
    void anIdIsOneResultForGood() throws Exception {
        String capsule = desk.capsule("ann");
        ResultShipment shipment = desk.shipment(capsule, archive(700));
        ResultMessage.Begin begin = shipment.begin();
        ship(begin);
        ResultMessage.Begin other = new ResultMessage.Begin(
                begin.id(),
                begin.capsule(),
                new HostId(ReviewDesk.HOST),
                1,
                begin.bytes() + 1,
                begin.sha256(),
                begin.askedAt());
        assertThat(ship(other)).isInstanceOf(Refused.class);
        assertThat(shipment.send(desk.agent()::ship)).isEqualTo(new Stored());
    }

    @Test
    void aStoreThatIsAwayDelaysAndLosesNothing() throws Exception {
        byte[] archive = archive(CHUNK);
        ResultShipment shipment = desk.shipment(desk.capsule("ann"), archive);
        Path folder = desk.store();
        Path away = folder.resolveSibling("away");
        Files.move(folder, away);
        try {
            assertThatThrownBy(() -> shipment.send(desk.agent()::ship)).isInstanceOf(BusException.class);
        } finally {
            Files.move(away, folder);
        }

        assertThat(shipment.send(desk.agent()::ship)).isEqualTo(new Stored());
        assertThat(Files.readAllBytes(desk.file(shipment.id().toString()))).isEqualTo(archive);
        try (var files = Files.list(folder)) {
            assertThat(files.map(Path::toString)).noneMatch(name -> name.endsWith(".part"));
        }
    }

    private ResultReply ship(ResultMessage message) throws Exception {
        return desk.agent().ship(message);
    }

    private static <T> void atOnce(List<Callable<T>> calls) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<T> done : threads.invokeAll(calls)) {
                done.get();
            }
        }
    }

    /** A tar file with about so many bytes of noise. */
    private static byte[] archive(int bytes) {
        byte[] noise = new byte[bytes];
        new java.util.Random(11).nextBytes(noise);
        return new TarFile().file("noise", noise).end();
    }
}

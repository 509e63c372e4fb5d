package org.datacapsule.router.image.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.testing.TestAuthority;
import org.datacapsule.common.transfer.ImageDoor;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.image.depot.DirectoryDepot;
import org.datacapsule.router.image.depot.Draft;
import org.datacapsule.router.image.depot.Drafts;
import org.datacapsule.router.image.depot.ImageDepot;
import org.datacapsule.router.testing.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the image store is asked for, and how often. */
class BringToStoreIT {
    private final Vertx vertx = Vertx.vertx();
    private final TestAuthority authority = new TestAuthority();
    private final Identity self = authority.identity("router");
    private TestDatabase rows;
    private Database database;
    private CountedDepot depot;
    private ImageDoor door;
    private Path file;
    private Sha256 content;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        rows = TestDatabase.make();
        database = Database.open(vertx, rows.config());
        depot = new CountedDepot(DirectoryDepot.open(directory.resolve("store"), 0));
        file = Files.writeString(directory.resolve("made"), "an image");
        content = new Sha256(
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file))));
        door = ImageDoor.open("127.0.0.1", 0, 1, authority.identity("h1"), wanted -> Optional.of(file));
        execute("insert into users (guid) values ('ada')");
        execute("""
                insert into host (id, incarnation, version, address, acceleration, cpus, memory_mb, disk_gb, ssh_first,
                                  vnc_first, port_count, guest_network, lease_until, image_door_address, image_door_port)
                values ('h1', gen_random_uuid(), 'test', '127.0.0.1', 'none', 1, 1, 1, 20000, 6000, 1, '10.90.0.0/16',
                        now() + interval '1 hour', '127.0.0.1', %d)
                """.formatted(door.port()));
        execute("insert into host_image (host_id, sha256) values ('h1', '" + content + "')");
    }

    @AfterEach
    void stop() throws Exception {
        door.close();
        database.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        rows.close();
    }

    @Test
    void whatTheStoreHasItIsAskedForOnceAndAgainWhereItWasFoundDamagedOrTheRouterIsNew() throws Exception {
        String first = image();
        BringToStore bring = bringing();
        assertThat(bring.bringOne()).isTrue();
        assertThat(stored(first)).isTrue();
        String second = image();
        assertThat(bring.bringOne()).as("it is there already").isFalse();
        assertThat(stored(second)).isTrue();

        depot.asked.set(0);
        assertThat(bring.bringOne()).isFalse();
        assertThat(depot.asked).as("an idle router").hasValue(0);

        Files.delete(depot.file(content).orElseThrow());
        assertThat(bring.bringOne()).isFalse();
        assertThat(bringing().bringOne()).as("a router that is started").isTrue();
        assertThat(depot.file(content).orElseThrow()).hasContent("an image");

        Path kept = depot.file(content).orElseThrow();
        Files.delete(kept);
        Files.writeString(kept, "no image");
        execute("insert into image_fault (sha256, source, found_by) values ('" + content + "', '', 'h1')");
        new ImageCare(database, Optional.of(depot), new AuditLog(), InstantSource.system()).look();
        assertThat(stored(first)).isFalse();
        assertThat(bring.bringOne()).isTrue();
        assertThat(kept).hasContent("an image");
        bring.close();
    }

    private BringToStore bringing() {
        return new BringToStore(database, depot, self, InstantSource.system());
    }

    private String image() throws Exception {
        String id = UUID.randomUUID().toString();
        execute("""
                insert into image (id, name, is_public, owner, status, sha256, source_capsule, share_operation)
                values ('%s', '%1$s', false, 'ada', 'SHARE_PENDING', '%s', gen_random_uuid(), gen_random_uuid())
                """.formatted(id, content));
        return id;
    }

    private boolean stored(String image) throws Exception {
        return database.read(tx -> tx.first(
                        "select in_store from image where id = $1::text::uuid",
                        Tuple.of(image),
                        row -> row.getBoolean("in_store")))
                .orElseThrow();
    }

    private void execute(String sql) throws Exception {
        database.transaction(tx -> tx.update(sql, Tuple.tuple()));
    }

    /** Counts every question to the store. */
    private static final class CountedDepot implements ImageDepot {
        private final ImageDepot depot;
        private final AtomicInteger asked = new AtomicInteger();

        CountedDepot(ImageDepot depot) {
            this.depot = depot;
        }

        @Override
        public boolean has(Sha256 image) {
            asked.incrementAndGet();
            return depot.has(image);
        }

        @Override
        public Optional<Path> file(Sha256 image) {
            return depot.file(image);
        }

        @Override
        public OptionalLong size(Sha256 image) throws IOException {
            asked.incrementAndGet();
            return depot.size(image);
        }

        @Override
        public InputStream read(Sha256 image, long offset) throws IOException {
            return depot.read(image, offset);
        }

        @Override
        public void bring(Draft draft, Sha256 image) throws IOException {
            depot.bring(draft, image);
        }

        @Override
        public void keep(Draft draft, Sha256 image) throws IOException {
            depot.keep(draft, image);
        }

        @Override
        public void remove(Sha256 image) throws IOException {
            depot.remove(image);
        }

        @Override
        public Drafts drafts() {
            return depot.drafts();
        }

        @Override
        public void close() {
            depot.close();
        }
    }
}

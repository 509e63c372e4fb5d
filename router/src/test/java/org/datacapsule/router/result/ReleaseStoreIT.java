package org.datacapsule.router.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.datacapsule.common.config.Settings;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.router.testing.ReviewDesk;
import org.datacapsule.router.testing.S3Server;
import org.datacapsule.router.testing.TarFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Both stores keep the same promises; the one for S3 against a real server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReleaseStoreIT {
    private S3Server server;
    private List<ReleaseStore> stores;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        server = S3Server.start(Files.createDirectories(folder.resolve("s3")));
        stores = List.of(DirectoryReleaseStore.open(folder.resolve("directory")), s3(server));
    }

    @AfterAll
    void stop() throws Exception {
        stores.forEach(ReleaseStore::close);
        server.close();
    }

    private static ReleaseStore s3(S3Server server) throws IOException {
        ResultConfig config = ResultConfig.from(Settings.of(server.settings()));
        return S3ReleaseStore.open(((ResultConfig.Store.S3) config.store()).bucket());
    }

    @Test
    void whatIsPutIsReadFromAnyPlace() throws IOException {
        byte[] archive = noise(12 << 20);
        for (ReleaseStore store : stores) {
            ResultId id = ResultId.random();
            put(store, id, archive);

            for (long offset : new long[] {0, 1, 512, archive.length - 1}) {
                try (InputStream in = store.read(id, offset)) {
                    assertThat(Arrays.equals(
                                    in.readAllBytes(), Arrays.copyOfRange(archive, (int) offset, archive.length)))
                            .as(store + " from " + offset)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void puttingAgainReplacesAndDeletingAgainIsAsGood() throws IOException {
        for (ReleaseStore store : stores) {
            ResultId id = ResultId.random();
            put(store, id, noise(1000));
            put(store, id, "second".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            try (InputStream in = store.read(id, 0)) {
                assertThat(in.readAllBytes()).asString().isEqualTo("second");
            }

            store.delete(id);
            store.delete(id);

            assertThatIOException()
                    .as(store.toString())
                    .isThrownBy(() -> store.read(id, 0).close());
        }
    }

    @Test
    void whatCannotBeReadToItsEndIsNotKept() {
        for (ReleaseStore store : stores) {
            ResultId id = ResultId.random();
            assertThatIOException()
                    .as(store.toString())
                    .isThrownBy(() -> store.put(id, 5000, () -> {
                        throw new IOException("the database is away");
                    }));
            assertThatIOException()
                    .as(store.toString())
                    .isThrownBy(() -> store.put(id, 5000, () -> new ByteArrayInputStream(noise(4000))));
            assertThatIOException()
                    .as(store.toString())
                    .isThrownBy(() -> store.read(id, 0).close());
        }
    }

    @Test
    void aReaderMayStopAnywhere() throws IOException {
        for (ReleaseStore store : stores) {
            ResultId id = ResultId.random();
            put(store, id, noise(4 << 20));
            for (int n = 0; n < 30; n++) {
                try (InputStream in = store.read(id, 0)) {
                    assertThat(in.readNBytes(10)).hasSize(10);
                }
            }
        }
    }

    @Test
    void wrongKeysAreRefused(@TempDir Path folder) throws Exception {
        Path wrong = Files.writeString(folder.resolve("wrong"), "another-key");
        java.util.Map<String, String> settings = new java.util.HashMap<>(server.settings());
        settings.put("results.s3.secret-key-file", wrong.toString());
        ResultConfig config = ResultConfig.from(Settings.of(settings));
        try (ReleaseStore store = S3ReleaseStore.open(((ResultConfig.Store.S3) config.store()).bucket())) {
            assertThatIOException().isThrownBy(() -> put(store, ResultId.random(), noise(10)));
        }
    }

    @Test
    void aRouterKeepsResultsInS3(@TempDir Path folder) throws Exception {
        byte[] archive = new TarFile().file("noise", noise(2 << 20)).end();
        java.util.Map<String, String> settings = new java.util.HashMap<>(server.settings());
        settings.put("results.sweep", "100ms");
        try (ReviewDesk desk = new ReviewDesk(folder, settings)) {
            String id = desk.pending(desk.capsule("ann"), archive);
            assertThat(server.object("archives/" + id + ".tar")).hasSize(archive.length);
            desk.decide("rea", id, "Released");
            assertThat(desk.download("ann", id).body()).isEqualTo(archive);
            assertThat(desk.download("ann", id, "Range", "bytes=70000-70009").body())
                    .isEqualTo(Arrays.copyOfRange(archive, 70_000, 70_010));

            desk.router()
                    .execute("update result set decided_at = decided_at - interval '600 days' where id = '" + id + "'");
            desk.router().awaitSql("select content_deleted_at is not null from result where id = '" + id + "'", "t");
            assertThat(server.object("archives/" + id + ".tar")).doesNotExist();
        }
    }

    private static void put(ReleaseStore store, ResultId id, byte[] archive) throws IOException {
        store.put(id, archive.length, () -> new ByteArrayInputStream(archive));
    }

    private static byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        new Random(3).nextBytes(noise);
        return noise;
    }
}

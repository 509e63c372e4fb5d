package org.datacapsule.router.image.depot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.datacapsule.common.config.Settings;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.image.ImageConfig;
import org.datacapsule.router.testing.S3Server;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Content in a bucket, against a real server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S3DepotIT {
    private static final int PART = 5 << 20;

    private S3Server server;
    private Map<String, String> settings;
    private ImageDepot depot;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        server = S3Server.start(folder.resolve("s3"));
        settings = new HashMap<>(server.settings("images", "disks/"));
        settings.put("images.directory", folder.resolve("images").toString());
        settings.put("images.s3.part-mb", "5");
        depot = open();
    }

    @AfterAll
    void stop() throws Exception {
        depot.close();
        server.close();
    }

    @Test
    void whatIsKeptIsFoundByItsContentAndReadFromAnyPlace() throws IOException {
        byte[] disk = noise(2 * PART + 1000);
        Draft draft = written(disk);
        Sha256 content = draft.sha256();
        assertThat(depot.has(content)).isFalse();
        assertThat(depot.size(content)).isEmpty();

        depot.bring(draft, content);
        depot.keep(draft, content);

        assertThat(depot.has(content)).isTrue();
        assertThat(depot.file(content)).isEmpty();
        assertThat(depot.size(content)).hasValue(disk.length);
        assertThat(server.object("disks/" + content + ".qcow2")).hasBinaryContent(disk);
        assertThat(draft.size()).as("the draft is gone").isZero();
        for (int offset : new int[] {0, 1, PART, disk.length - 1}) {
            try (InputStream in = depot.read(content, offset)) {
                assertThat(Arrays.equals(in.readAllBytes(), Arrays.copyOfRange(disk, offset, disk.length)))
                        .as("from " + offset)
                        .isTrue();
            }
        }

        depot.remove(content);
        depot.remove(content);
        assertThat(depot.has(content)).isFalse();
        assertThatIOException().isThrownBy(() -> depot.read(content, 0).close());
    }

    @Test
    void anUploadThatBrokeOffIsGoneOnWith() throws IOException {
        byte[] disk = noise(2 * PART + 1000);
        Draft draft = written(disk);
        Sha256 content = draft.sha256();
        // Told from the draft's, so that it shows that this part is not sent again.
        byte[] held = noise(PART);
        String key = "disks/" + content + ".qcow2";
        try (S3Client client = client()) {
            String id = client.createMultipartUpload(
                            request -> request.bucket("results").key(key))
                    .uploadId();
            client.uploadPart(
                    request -> request.bucket("results").key(key).uploadId(id).partNumber(2),
                    RequestBody.fromBytes(held));

            depot.bring(draft, content);

            assertThat(client.listMultipartUploads(request -> request.bucket("results"))
                            .uploads())
                    .isEmpty();
        }
        byte[] wanted = disk.clone();
        System.arraycopy(held, 0, wanted, PART, PART);
        assertThat(server.object(key)).hasBinaryContent(wanted);
    }

    @Test
    void whatIsThereIsNotSentAgainAndWhatIsCutIsNotKept() throws IOException {
        byte[] disk = noise(1000);
        Draft first = written(disk);
        Sha256 content = first.sha256();
        assertThatIOException().as("not brought").isThrownBy(() -> depot.keep(first, content));
        depot.bring(first, content);
        depot.keep(first, content);
        Draft second = written(disk);
        depot.bring(second, content);
        depot.keep(second, content);
        Draft other = written(noise(500));

        assertThatIOException()
                .isThrownBy(() -> depot.bring(other, content))
                .withMessageContaining("has 1000 bytes of " + content + ".qcow2 instead of 500 bytes");
        assertThat(server.object("disks/" + content + ".qcow2")).hasBinaryContent(disk);
    }

    @Test
    void whileTheStoreIsAwayNothingIsKeptThatNobodyKnowsOf() throws Exception {
        Map<String, String> nowhere = new HashMap<>(settings);
        nowhere.put("images.s3.endpoint", "http://127.0.0.1:1");
        try (ImageDepot away = open(nowhere)) {
            assertThat(away.has(new Sha256("ab".repeat(32)))).isFalse();
            assertThatIOException().isThrownBy(() -> away.size(new Sha256("ab".repeat(32))));
        }
    }

    private ImageDepot open() throws Exception {
        return open(settings);
    }

    private static ImageDepot open(Map<String, String> settings) throws Exception {
        Settings read = Settings.of(settings);
        Optional<ImageDepot> depot = ImageConfig.from(read).openDepot();
        read.verify();
        return depot.orElseThrow();
    }

    private S3Client client() {
        return S3Client.builder()
                .httpClient(UrlConnectionHttpClient.create())
                .endpointOverride(URI.create(settings.get("images.s3.endpoint")))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create("the-access-key", "the-secret-key")))
                .forcePathStyle(true)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .serviceConfiguration(options -> options.chunkedEncodingEnabled(false))
                .build();
    }

    private Draft written(byte[] content) throws IOException {
        Draft draft = depot.drafts().draft(UUID.randomUUID());
        try (Draft.Writing writing = draft.write(0)) {
            writing.append(ByteBuffer.wrap(content));
            writing.force();
        }
        return draft;
    }

    private static byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        new Random().nextBytes(noise);
        return noise;
    }
}

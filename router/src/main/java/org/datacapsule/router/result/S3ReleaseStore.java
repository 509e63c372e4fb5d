package org.datacapsule.router.result;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import org.datacapsule.common.id.ResultId;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Archives as objects of a bucket, by what every S3-compatible store understands: paths instead of host names for buckets,
 * one request for each object, no checksums of Amazon's own in trailers.
 */
final class S3ReleaseStore implements ReleaseStore {
    private static final String TAR = "application/x-tar";
    private static final Duration TO_CONNECT = Duration.ofSeconds(5);
    private static final Duration OF_SILENCE = Duration.ofSeconds(60);

    private final S3Client client;
    private final String bucket;
    private final String prefix;

    private S3ReleaseStore(S3Client client, String bucket, String prefix) {
        this.client = client;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    /** Reads the keys; the store itself is first asked when there is something to keep. */
    static S3ReleaseStore open(ResultConfig.Store.S3 config) throws IOException {
        AwsBasicCredentials keys = AwsBasicCredentials.create(
                Files.readString(config.accessKeyFile()).strip(),
                Files.readString(config.secretKeyFile()).strip());
        S3ClientBuilder builder = S3Client.builder()
                .httpClient(UrlConnectionHttpClient.builder()
                        .connectionTimeout(TO_CONNECT)
                        .socketTimeout(OF_SILENCE)
                        .build())
                .region(Region.of(config.region()))
                .credentialsProvider(StaticCredentialsProvider.create(keys))
                .forcePathStyle(true)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(options -> options.chunkedEncodingEnabled(false));
        config.endpoint().ifPresent(builder::endpointOverride);
        return new S3ReleaseStore(builder.build(), config.bucket(), config.prefix());
    }

    /** An object appears whole or not at all, which is S3's own promise. */
    @Override
    public void put(ResultId id, long bytes, Source source) throws IOException {
        try {
            client.putObject(
                    request ->
                            request.bucket(bucket).key(key(id)).contentType(TAR).contentLength(bytes),
                    RequestBody.fromContentProvider(() -> opened(source), bytes, TAR));
            long kept = client.headObject(request -> request.bucket(bucket).key(key(id)))
                    .contentLength();
            if (kept != bytes) {
                throw new IOException("the store has " + kept + " bytes instead of " + bytes);
            }
        } catch (RuntimeException e) {
            // The SDK has exceptions of its own for most of what can go wrong, and plain ones where a source does not
            // read.
            throw new IOException("the store did not take result " + id, e);
        }
    }

    private static InputStream opened(Source source) {
        try {
            return source.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public InputStream read(ResultId id, long offset) throws IOException {
        try {
            GetObjectRequest.Builder request =
                    GetObjectRequest.builder().bucket(bucket).key(key(id));
            if (offset > 0) {
                request.range("bytes=" + offset + "-");
            }
            return new Aborted(client.getObject(request.build()));
        } catch (SdkException e) {
            throw new IOException("the store did not give result " + id, e);
        }
    }

    @Override
    public void delete(ResultId id) throws IOException {
        try {
            client.deleteObject(request -> request.bucket(bucket).key(key(id)));
        } catch (SdkException e) {
            throw new IOException("the store did not delete result " + id, e);
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private String key(ResultId id) {
        return prefix + id + ".tar";
    }

    /** Closing it does not first read what nobody wants any more. */
    private static final class Aborted extends FilterInputStream {
        private final ResponseInputStream<GetObjectResponse> object;

        Aborted(ResponseInputStream<GetObjectResponse> object) {
            super(object);
            this.object = object;
        }

        @Override
        public void close() {
            object.abort();
        }
    }
}

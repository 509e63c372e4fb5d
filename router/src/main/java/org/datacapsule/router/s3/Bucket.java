package org.datacapsule.router.s3;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.OptionalLong;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * Objects of a bucket, by what every S3-compatible store understands: paths instead of host names for buckets, no checksums of
 * Amazon's own in trailers. An object appears whole or not at all, which is S3's own promise.
 */
public final class Bucket implements AutoCloseable {
    private static final Duration TO_CONNECT = Duration.ofSeconds(5);
    private static final Duration OF_SILENCE = Duration.ofSeconds(60);

    private final S3Client client;
    private final String name;
    private final String prefix;

    private Bucket(S3Client client, String name, String prefix) {
        this.client = client;
        this.name = name;
        this.prefix = prefix;
    }

    /** Reads the keys; the store itself is first asked when there is something to do. */
    public static Bucket open(BucketConfig config) throws IOException {
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
        return new Bucket(builder.build(), config.bucket(), config.prefix());
    }

    /**
     * Puts an object in one request.
     *
     * @param content read again where the store asks for it
     */
    public void put(String key, long bytes, String contentType, ContentStreamProvider content) throws IOException {
        try {
            client.putObject(
                    request -> request.bucket(name)
                            .key(prefix + key)
                            .contentType(contentType)
                            .contentLength(bytes),
                    RequestBody.fromContentProvider(content, bytes, contentType));
            requireSize(key, bytes);
        } catch (RuntimeException e) {
            // The SDK has exceptions of its own for most of what can go wrong, and plain ones where a source does not
            // read.
            throw new IOException("the store did not take " + key, e);
        }
    }

    /** Puts a file as an object, in parts; begun before, it goes on with what the store has of it. */
    public MultipartUpload upload(String key) {
        return new MultipartUpload(client, name, prefix + key);
    }

    /** How many bytes the object has; none where it is not there. */
    public OptionalLong size(String key) throws IOException {
        try {
            return OptionalLong.of(
                    client.headObject(request -> request.bucket(name).key(prefix + key))
                            .contentLength());
        } catch (NoSuchKeyException e) {
            return OptionalLong.empty();
        } catch (SdkException e) {
            throw new IOException("the store does not say whether it has " + key, e);
        }
    }

    /** Reads from {@code offset} on; closing it early leaves the rest where it is. */
    public InputStream read(String key, long offset) throws IOException {
        try {
            GetObjectRequest.Builder request =
                    GetObjectRequest.builder().bucket(name).key(prefix + key);
            if (offset > 0) {
                request.range("bytes=" + offset + "-");
            }
            return new Aborted(client.getObject(request.build()));
        } catch (SdkException e) {
            throw new IOException("the store did not give " + key, e);
        }
    }

    /** Gone already is as good. */
    public void delete(String key) throws IOException {
        try {
            client.deleteObject(request -> request.bucket(name).key(prefix + key));
        } catch (SdkException e) {
            throw new IOException("the store did not delete " + key, e);
        }
    }

    /** @throws IOException when the object has another size, or is not there */
    public void requireSize(String key, long bytes) throws IOException {
        OptionalLong kept = size(key);
        if (kept.isEmpty() || kept.getAsLong() != bytes) {
            throw new IOException("the store has " + (kept.isEmpty() ? "nothing" : kept.getAsLong() + " bytes") + " of "
                    + key + " instead of " + bytes + " bytes");
        }
    }

    @Override
    public void close() {
        client.close();
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

package org.datacapsule.router.s3;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.datacapsule.common.config.Settings;

/**
 * A bucket of anything that speaks S3.
 *
 * @param endpoint empty for Amazon's own
 * @param prefix of every key
 */
public record BucketConfig(
        Optional<URI> endpoint, String region, String bucket, String prefix, Path accessKeyFile, Path secretKeyFile) {

    /**
     * Reads {@code SUBJECT.store}, and {@code SUBJECT.s3.…}.
     *
     * @param subject what is kept there, such as {@code results}
     * @return none where it is kept in a directory
     */
    public static Optional<BucketConfig> from(Settings settings, String subject) {
        boolean isUsed = settings.parsed(subject + ".store", "directory, or s3", "directory", text -> switch (text) {
            case "directory" -> false;
            case "s3" -> true;
            default -> throw new IllegalArgumentException("directory or s3 is expected");
        });
        String s3 = subject + ".s3.";
        Optional<URI> endpoint = settings.optional(
                        s3 + "endpoint", "Address of the S3-compatible store; none: Amazon's own")
                .map(URI::create);
        String region = settings.text(s3 + "region", "Its region", "us-east-1");
        Optional<String> bucket = settings.optional(s3 + "bucket", "The bucket, which must be there");
        String prefix = settings.text(s3 + "prefix", "What the keys of all " + subject + " begin with", "");
        Optional<String> accessKey =
                settings.optional(s3 + "access-key-file", "File with the access key's id, on one line");
        Optional<String> secretKey = settings.optional(s3 + "secret-key-file", "File with the secret key, on one line");
        if (!isUsed) {
            return Optional.empty();
        }
        if (bucket.isEmpty() || accessKey.isEmpty() || secretKey.isEmpty()) {
            settings.reject(subject + ".store is s3, so " + s3 + "bucket, " + s3 + "access-key-file and " + s3
                    + "secret-key-file must be set");
            return Optional.empty();
        }
        return Optional.of(new BucketConfig(
                endpoint, region, bucket.get(), prefix, Path.of(accessKey.get()), Path.of(secretKey.get())));
    }
}

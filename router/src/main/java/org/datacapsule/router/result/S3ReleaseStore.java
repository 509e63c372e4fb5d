package org.datacapsule.router.result;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.router.s3.Bucket;
import org.datacapsule.router.s3.BucketConfig;

/** Archives as objects of a bucket, one request for each. */
final class S3ReleaseStore implements ReleaseStore {
    private static final String TAR = "application/x-tar";

    private final Bucket bucket;

    private S3ReleaseStore(Bucket bucket) {
        this.bucket = bucket;
    }

    /** Reads the keys; the store itself is first asked when there is something to keep. */
    static S3ReleaseStore open(BucketConfig config) throws IOException {
        return new S3ReleaseStore(Bucket.open(config));
    }

    @Override
    public void put(ResultId id, long bytes, Source source) throws IOException {
        bucket.put(key(id), bytes, TAR, () -> opened(source));
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
        return bucket.read(key(id), offset);
    }

    @Override
    public void delete(ResultId id) throws IOException {
        bucket.delete(key(id));
    }

    @Override
    public void close() {
        bucket.close();
    }

    private static String key(ResultId id) {
        return id + ".tar";
    }
}

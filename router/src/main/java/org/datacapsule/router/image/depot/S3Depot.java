package org.datacapsule.router.image.depot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.s3.Bucket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Content as objects of a bucket. Drafts are in a directory all the same, which all routers share: they are written to at any
 * place, and qemu-img reads them.
 */
public final class S3Depot implements ImageDepot {
    private static final Logger LOG = LoggerFactory.getLogger(S3Depot.class);
    private static final String SUFFIX = ".qcow2";
    /** So long an answer of the store to whether it has something counts; it is asked with every heartbeat. */
    private static final Duration FRESH = Duration.ofSeconds(20);

    private final Bucket bucket;
    private final Drafts drafts;
    private final long part;
    private final InstantSource clock;
    private final Map<Sha256, Known> known = new ConcurrentHashMap<>();

    private record Known(boolean kept, Instant at) {}

    S3Depot(Bucket bucket, Drafts drafts, long part, InstantSource clock) {
        this.bucket = bucket;
        this.drafts = drafts;
        this.part = part;
        this.clock = clock;
    }

    /**
     * Makes the directory of drafts, for its owner only, where there is none. The bucket is this depot's from now on.
     *
     * @param directory the same for all routers
     * @param spare bytes of its file system that drafts leave free
     * @param part bytes that are sent in one request, and lost with it: 5 MiB at least
     */
    public static S3Depot open(Bucket bucket, Path directory, long spare, long part) throws IOException {
        return new S3Depot(bucket, Drafts.open(directory.resolve("drafts"), spare), part, InstantSource.system());
    }

    /** While the store does not answer, what it said last counts, and what nobody knows of is not kept. */
    @Override
    public boolean has(Sha256 content) {
        Instant now = clock.instant();
        Optional<Known> last = Optional.ofNullable(known.get(content));
        if (last.filter(said -> said.at().plus(FRESH).isAfter(now)).isPresent()) {
            return last.get().kept();
        }
        try {
            return noted(content, size(content).isPresent());
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("image", content).setCause(e).log("the image store does not answer");
            return noted(content, last.filter(Known::kept).isPresent());
        }
    }

    @Override
    public Optional<Path> file(Sha256 content) {
        return Optional.empty();
    }

    @Override
    public OptionalLong size(Sha256 content) throws IOException {
        return bucket.size(key(content));
    }

    @Override
    public InputStream read(Sha256 content, long offset) throws IOException {
        return bucket.read(key(content), offset);
    }

    /** Sends the draft; what another router, or this before it died, has sent of the same content is not sent again. */
    @Override
    public void bring(Draft draft, Sha256 content) throws IOException {
        if (size(content).isEmpty()) {
            bucket.upload(key(content)).send(draft.file(), part);
        }
        bucket.requireSize(key(content), draft.size());
    }

    @Override
    public void keep(Draft draft, Sha256 content) throws IOException {
        bucket.requireSize(key(content), draft.size());
        noted(content, true);
        draft.delete();
    }

    @Override
    public void remove(Sha256 content) throws IOException {
        bucket.delete(key(content));
        noted(content, false);
    }

    @Override
    public Drafts drafts() {
        return drafts;
    }

    @Override
    public void close() {
        bucket.close();
    }

    private boolean noted(Sha256 content, boolean kept) {
        Instant now = clock.instant();
        known.values().removeIf(said -> said.at().plus(FRESH).plus(FRESH).isBefore(now));
        known.put(content, new Known(kept, now));
        return kept;
    }

    private static String key(Sha256 content) {
        return content.hex() + SUFFIX;
    }
}

package org.datacapsule.router.image.distribution;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.transfer.ImageDownload;
import org.datacapsule.common.transfer.ImageDownload.Ending;
import org.datacapsule.common.wire.ImageSource;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.image.ImageStore;
import org.datacapsule.router.image.SpareContent;
import org.datacapsule.router.image.depot.Draft;
import org.datacapsule.router.image.depot.ImageDepot;
import org.datacapsule.router.image.distribution.BringStore.Wanted;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings images of capsules from the hosts that made them to the image store, where they can be downloaded and outlive their host. One
 * router at a time has an image; another goes on with what it has brought.
 */
final class BringToStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BringToStore.class);
    /** Without a byte, after which a host is given up. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration CLAIM = Duration.ofMinutes(1);
    private static final Duration RENEWAL = Duration.ofSeconds(15);
    /** What could not be brought is left alone for so long. */
    private static final Duration LATER = Duration.ofMinutes(1);

    private final Database database;
    private final ImageDepot depot;
    private final Identity identity;
    private final InstantSource clock;
    private final BringStore rows = new BringStore();
    private final ImageStore images = new ImageStore();
    private final HostImageStore hosts = new HostImageStore();
    private final UUID self = UUID.randomUUID();
    private final Map<Sha256, Instant> later = new HashMap<>();
    private boolean hasBegun;
    private volatile boolean closed;

    BringToStore(Database database, ImageDepot depot, Identity identity, InstantSource clock) {
        this.database = database;
        this.depot = depot;
        this.identity = identity;
        this.clock = clock;
    }

    /** Brings one; answers whether it has. */
    boolean bringOne() throws InterruptedException {
        if (!hasBegun) {
            // It may be another store than the one this cluster had before.
            database.transaction(tx -> {
                rows.forget(tx);
                return true;
            });
            hasBegun = true;
        }
        Instant now = clock.instant();
        later.values().removeIf(until -> until.isBefore(now));
        for (Wanted wanted : database.read(tx -> rows.wanted(tx, self))) {
            boolean isDue = !later.containsKey(wanted.content()) && !isThere(wanted);
            if (isDue && database.transaction(tx -> rows.claim(tx, wanted, self, CLAIM))) {
                return bring(wanted);
            }
        }
        return false;
    }

    /** One that is there, for another image, is not brought again, and noted so that it is not looked for again either. */
    private boolean isThere(Wanted wanted) throws InterruptedException {
        if (!depot.has(wanted.content())) {
            return false;
        }
        return database.transaction(tx -> {
            images.holdContent(tx, wanted.content());
            boolean isThere = isKept(wanted.content());
            if (isThere) {
                rows.stored(tx, wanted.image());
            }
            return isThere;
        });
    }

    /** As the store says now. */
    private boolean isKept(Sha256 content) {
        try {
            return depot.size(content).isPresent();
        } catch (IOException e) {
            throw new UncheckedIOException("the image store does not say whether it has " + content, e);
        }
    }

    private boolean bring(Wanted wanted) throws InterruptedException {
        Draft draft = depot.drafts().draft(wanted.image().value());
        try {
            Ending ending = new ImageDownload(
                            identity,
                            PATIENCE,
                            wanted.content(),
                            () -> Optional.of(sources(wanted)),
                            new Watch(wanted),
                            ThreadLocalRandom.current())
                    .into(draft.file());
            switch (ending) {
                case Ending.Whole whole -> keep(wanted, draft);
                case Ending.Failed(String why) -> postpone(wanted, why);
                case Ending.Unwanted unwanted -> {}
            }
            return ending instanceof Ending.Whole;
        } catch (IOException e) {
            postpone(wanted, String.valueOf(e.getMessage()));
            return false;
        }
    }

    private List<ImageSource> sources(Wanted wanted) throws InterruptedException {
        return database.read(tx -> hosts.sources(tx, wanted.content()));
    }

    private void keep(Wanted wanted, Draft draft) throws IOException, InterruptedException {
        depot.bring(draft, wanted.content());
        if (database.transaction(tx -> isKept(tx, wanted, draft))) {
            LOG.atInfo()
                    .addKeyValue("image", wanted.image())
                    .addKeyValue("sha256", wanted.content())
                    .log("an image of a capsule is in the image store");
            return;
        }
        database.transaction(tx -> {
            SpareContent.drop(tx, images, depot, wanted.content());
            return true;
        });
    }

    /** Not where the last image of this content is deleted just now. */
    private boolean isKept(Tx tx, Wanted wanted, Draft draft) throws InterruptedException {
        images.holdContent(tx, wanted.content());
        if (!rows.claim(tx, wanted, self, CLAIM)) {
            return false;
        }
        try {
            depot.keep(draft, wanted.content());
            rows.stored(tx, wanted.image());
        } catch (IOException e) {
            throw new UncheckedIOException("the content of image " + wanted.image() + " could not be kept", e);
        }
        return true;
    }

    private void postpone(Wanted wanted, String why) {
        later.put(wanted.content(), clock.instant().plus(LATER));
        LOG.atWarn()
                .addKeyValue("image", wanted.image())
                .addKeyValue("cause", why)
                .log("an image of a capsule could not be brought to the image store, and is tried again");
    }

    @Override
    public void close() {
        closed = true;
    }

    private final class Watch implements ImageDownload.Watch {
        private final Wanted wanted;
        private Instant renewed = clock.instant();
        private boolean isOurs = true;

        Watch(Wanted wanted) {
            this.wanted = wanted;
        }

        @Override
        public void begins(long total, long had) throws IOException {
            if (total - had > depot.drafts().room()) {
                throw new IOException("the image store has no room for " + total + " bytes");
            }
        }

        @Override
        public void progress(long done, long total) {
            if (clock.instant().isAfter(renewed.plus(RENEWAL))) {
                renew();
            }
        }

        private void renew() {
            try {
                isOurs = database.transaction(tx -> rows.claim(tx, wanted, self, CLAIM));
                renewed = clock.instant();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                isOurs = false;
            }
        }

        @Override
        public void refused(ImageSource source) {
            LOG.atError()
                    .addKeyValue("image", wanted.image())
                    .addKeyValue("source", source.name())
                    .log("what this source has is not the image; it is not asked for it again");
        }

        @Override
        public boolean isWanted() {
            return isOurs && !closed;
        }

        @Override
        public void pause(Duration time) throws InterruptedException {
            Thread.sleep(time);
        }
    }
}

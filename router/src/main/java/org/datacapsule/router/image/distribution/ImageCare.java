package org.datacapsule.router.image.distribution;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.image.ImageStore;
import org.datacapsule.router.image.depot.ImageDepot;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of images because of what hosts have: one that is everywhere is active, one of which every copy is damaged is in
 * ERROR, and of one that is deleted nothing stays in the store.
 */
final class ImageCare {
    private static final Logger LOG = LoggerFactory.getLogger(ImageCare.class);
    private static final String BY = "system:images";
    /** So long content that was read again need not be. */
    private static final Duration FRESH = Duration.ofHours(1);

    private static final int BUFFER = 1 << 20;

    private final Database database;
    private final Optional<ImageDepot> depot;
    private final AuditLog audit;
    private final InstantSource clock;
    private final CareStore rows = new CareStore();
    private final BringStore brought = new BringStore();
    private final ImageStore images = new ImageStore();
    private final Map<Sha256, Instant> readAgain = new HashMap<>();

    ImageCare(Database database, Optional<ImageDepot> depot, AuditLog audit, InstantSource clock) {
        this.database = database;
        this.depot = depot;
        this.audit = audit;
        this.clock = clock;
    }

    boolean look() throws InterruptedException {
        activate();
        giveUpOverdue();
        for (Sha256 image : database.read(rows::suspected)) {
            judge(image);
        }
        sweepStore();
        return false;
    }

    private void activate() throws InterruptedException {
        List<CareStore.Activated> active = database.transaction(tx -> {
            List<CareStore.Activated> images = rows.activate(tx);
            for (CareStore.Activated one : images) {
                audit.noted(
                        tx,
                        BY,
                        "images",
                        "activateImage",
                        Optional.empty(),
                        "image " + one.image() + " is on every host"
                                + one.without()
                                        .map(why -> " but those that cannot fetch it: " + why)
                                        .orElse(""));
            }
            return images;
        });
        active.forEach(ImageCare::log);
    }

    private static void log(CareStore.Activated active) {
        active.without()
                .ifPresentOrElse(
                        why -> LOG.atWarn()
                                .addKeyValue("image", active.image())
                                .addKeyValue("cause", why)
                                .log("image is active without hosts that cannot fetch it"),
                        () -> LOG.atInfo()
                                .addKeyValue("image", active.image())
                                .log("image is on every host, and active"));
    }

    /** So that no image of a capsule is on its way for ever, when the host that made it is gone. */
    private void giveUpOverdue() throws InterruptedException {
        for (CareStore.Overdue overdue : database.read(rows::overdue)) {
            if (depot.isPresent() && depot.get().has(overdue.content())) {
                continue;
            }
            boolean isGivenUp = database.transaction(tx -> {
                boolean changed = rows.giveUp(tx, overdue);
                if (changed) {
                    audit.noted(
                            tx,
                            BY,
                            "images",
                            "giveImageUp",
                            Optional.empty(),
                            "image " + overdue.image() + ": no host that is up has its file");
                }
                return changed;
            });
            if (isGivenUp) {
                LOG.atError()
                        .addKeyValue("image", overdue.image())
                        .addKeyValue("sha256", overdue.content())
                        .log("image is in ERROR: no host that is up has its file");
            }
        }
    }

    private void judge(Sha256 image) throws InterruptedException {
        if (database.read(tx -> rows.foundInStore(tx, image)) > 0) {
            readAgain(image);
        }
        boolean stored = depot.isPresent() && depot.get().has(image);
        List<ImageId> spoiled = database.transaction(tx -> {
            boolean storeIsGood = stored && rows.foundInStore(tx, image) < HostImageStore.ENOUGH;
            if (storeIsGood || rows.hasGoodCopy(tx, image)) {
                return List.of();
            }
            List<ImageId> images = rows.spoil(tx, image);
            for (ImageId one : images) {
                audit.noted(
                        tx, BY, "images", "spoilImage", Optional.empty(), "image " + one + ": every copy is damaged");
            }
            return images;
        });
        spoiled.forEach(one -> LOG.atError()
                .addKeyValue("image", one)
                .addKeyValue("sha256", image)
                .log("image is in ERROR: every copy of its file is damaged"));
    }

    /** Content that somebody found damaged: if it is, it must not stay under that name. */
    private void readAgain(Sha256 image) throws InterruptedException {
        Instant now = clock.instant();
        if (depot.isEmpty()
                || !depot.get().has(image)
                || readAgain.getOrDefault(image, Instant.MIN).isAfter(now.minus(FRESH))) {
            return;
        }
        readAgain.put(image, now);
        try {
            if (!sha256(depot.get(), image).equals(image)) {
                depot.get().remove(image);
                database.transaction(tx -> {
                    brought.lost(tx, image);
                    return true;
                });
                LOG.atError().addKeyValue("image", image).log("the image store's file is damaged, and removed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the image store cannot be read", e);
        }
    }

    private void sweepStore() throws InterruptedException {
        if (depot.isEmpty()) {
            return;
        }
        for (CareStore.Leftover leftover : database.read(rows::leftovers)) {
            boolean isGone = database.transaction(tx -> {
                images.holdContent(tx, leftover.content());
                if (!rows.leftovers(tx).contains(leftover)) {
                    return false;
                }
                remove(depot.get(), leftover.content());
                rows.contentIsGone(tx, leftover);
                return true;
            });
            if (isGone) {
                LOG.atInfo()
                        .addKeyValue("image", leftover.image())
                        .addKeyValue("sha256", leftover.content())
                        .log("an image was deleted, nothing lies on it, and the image store has it no more");
            }
        }
    }

    private static void remove(ImageDepot depot, Sha256 content) {
        try {
            depot.remove(content);
        } catch (IOException e) {
            throw new UncheckedIOException("the image store cannot be changed", e);
        }
    }

    private static Sha256 sha256(ImageDepot depot, Sha256 image) throws IOException {
        try (InputStream in = depot.read(image, 0)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[BUFFER];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
            return new Sha256(HexFormat.of().formatHex(digest.digest()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}

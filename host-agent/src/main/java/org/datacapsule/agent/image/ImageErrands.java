package org.datacapsule.agent.image;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.datacapsule.agent.hypervisor.ImageShelf;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.ImageOrders;
import org.datacapsule.common.wire.ImageStock.FailedFetch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what routers ask for again and again until it is done: fetches ahead, removes what is no image any more, reads again. */
final class ImageErrands {
    private static final Logger LOG = LoggerFactory.getLogger(ImageErrands.class);
    private static final Duration FIRST_WAIT = Duration.ofSeconds(10);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);
    /** So long an image that was read again need not be. */
    private static final Duration FRESH = Duration.ofHours(1);

    private final ImageShelf shelf;
    private final CacheRoom room;
    private final ImageFetching fetching;
    private final InstantSource clock;
    private final AtomicBoolean isFetching = new AtomicBoolean();
    private final AtomicBoolean isTidying = new AtomicBoolean();
    private final Map<Sha256, Failure> failures = new ConcurrentHashMap<>();
    private final Map<Sha256, Instant> verified = new ConcurrentHashMap<>();
    private volatile Set<Sha256> wanted = Set.of();
    /** Images begun to be made here when the routers were asked last. */
    private volatile long asked;

    /** Why an image did not come, and when it is tried again. */
    private record Failure(String why, Instant again, Duration pause) {}

    ImageErrands(ImageShelf shelf, CacheRoom room, ImageFetching fetching, InstantSource clock) {
        this.shelf = shelf;
        this.room = room;
        this.fetching = fetching;
        this.clock = clock;
    }

    /** A router is asked for orders now. One asks after the other. */
    void asks() {
        asked = room.making();
    }

    /** Returns at once. What is still under way of earlier orders goes on, and these come again. */
    void obey(ImageOrders orders) {
        wanted = Set.copyOf(orders.fetch());
        failures.keySet().retainAll(wanted);
        if (!orders.fetch().isEmpty()) {
            inBackground("fetch-ahead", isFetching, () -> fetchAhead(orders.fetch()));
        }
        if (!orders.remove().isEmpty() || !orders.verify().isEmpty()) {
            long asOf = asked;
            inBackground("tidy-images", isTidying, () -> tidy(orders, asOf));
        }
    }

    /** Images that should be here and are not. */
    List<FailedFetch> failed() {
        List<FailedFetch> failed = new ArrayList<>();
        failures.forEach((image, failure) -> failed.add(new FailedFetch(image, failure.why())));
        Set<Sha256> gone = new HashSet<>(shelf.evicted());
        gone.retainAll(wanted);
        gone.removeAll(failures.keySet());
        gone.forEach(image -> failed.add(new FailedFetch(
                image, "it made room for others in the image cache, and comes again when a capsule needs it")));
        return failed;
    }

    private void fetchAhead(List<Sha256> images) throws InterruptedException {
        Set<Sha256> letGo = shelf.evicted();
        for (Sha256 image : images) {
            Optional<Failure> before = Optional.ofNullable(failures.get(image));
            boolean waits = before.filter(failure -> clock.instant().isBefore(failure.again()))
                    .isPresent();
            if (!waits && !letGo.contains(image)) {
                note(image, before, fetching.fetch(image));
            }
        }
    }

    private void note(Sha256 image, Optional<Failure> before, Optional<ProblemException> problem) {
        if (problem.isEmpty()) {
            failures.remove(image);
            return;
        }
        Duration wait = before.map(failure -> failure.pause().multipliedBy(2)).orElse(FIRST_WAIT);
        wait = wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT;
        String why = problem.get().problem().detail();
        if (before.isEmpty()) {
            LOG.atWarn().addKeyValue("image", image).log("an image could not be fetched ahead: {}", why);
        }
        failures.put(image, new Failure(why, clock.instant().plus(wait), wait));
    }

    private void tidy(ImageOrders orders, long asOf) {
        for (Sha256 image : orders.remove()) {
            if (room.remove(image, asOf)) {
                LOG.atInfo().addKeyValue("image", image).log("an image was deleted, and its file is removed");
            }
        }
        for (Sha256 image : orders.verify()) {
            Instant now = clock.instant();
            Instant last = verified.getOrDefault(image, Instant.MIN);
            if (last.isBefore(now.minus(FRESH))) {
                verified.put(image, now);
                LOG.atWarn().addKeyValue("image", image).log("another host found this image damaged; it is read again");
                shelf.verifyAgain(image);
            }
        }
    }

    /** Something that may be interrupted. */
    @FunctionalInterface
    private interface Errand {
        void run() throws InterruptedException;
    }

    /** One of a kind at a time. */
    private static void inBackground(String name, AtomicBoolean isBusy, Errand errand) {
        if (!isBusy.compareAndSet(false, true)) {
            return;
        }
        Thread.ofVirtual().name(name).start(() -> {
            try {
                errand.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ProblemException e) {
                LOG.atWarn().log("{} goes on later: {}", name, e.getMessage());
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("{} failed in a way nobody foresaw", name);
            } finally {
                isBusy.set(false);
            }
        });
    }
}

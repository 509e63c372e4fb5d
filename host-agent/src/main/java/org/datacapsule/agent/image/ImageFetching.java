package org.datacapsule.agent.image;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.datacapsule.agent.hypervisor.ImageShelf;
import org.datacapsule.agent.hypervisor.ImageSupply;
import org.datacapsule.agent.report.Routers;
import org.datacapsule.agent.work.Closing;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.transfer.ImageDownload;
import org.datacapsule.common.transfer.ImageDownload.Ending;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.ImageAnswer;
import org.datacapsule.common.wire.ImageQuestion;
import org.datacapsule.common.wire.ImageSource;
import org.datacapsule.common.wire.ImageStock.Fetching;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches images, each once at a time, however many wait for it. */
final class ImageFetching implements ImageSupply {
    private static final Logger LOG = LoggerFactory.getLogger(ImageFetching.class);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int WHOLE = 100;

    private final HostId self;
    private final ImageShelf shelf;
    private final CacheRoom room;
    private final Routers routers;
    private final Self identity;
    private final Closing closing = new Closing();
    private final Map<Sha256, Fetch> underWay = new ConcurrentHashMap<>();

    /** What this host proves itself with, at the moment. */
    @FunctionalInterface
    interface Self {
        Identity read() throws IOException;
    }

    ImageFetching(HostId self, ImageShelf shelf, CacheRoom room, Routers routers, Self identity) {
        this.self = self;
        this.shelf = shelf;
        this.room = room;
        this.routers = routers;
        this.identity = identity;
    }

    @Override
    public Held hold(Sha256 image) {
        room.hold(image);
        return new Needed(image);
    }

    @Override
    public void makeRoom(long bytes) {
        room.makeRoom(bytes);
    }

    /** Fetches an image that nobody waits for; answers why it has not come, where it has not. */
    Optional<ProblemException> fetch(Sha256 image) throws InterruptedException {
        try {
            return begin(image).end.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is on its way. */
    List<Fetching> underWay() {
        return underWay.values().stream()
                .map(fetch -> new Fetching(fetch.image, fetch.done, fetch.total))
                .toList();
    }

    /** Leaves everything where it is; what has come of an image is gone on with after the next start. */
    void stop() throws InterruptedException {
        closing.begin();
        for (Fetch fetch : List.copyOf(underWay.values())) {
            fetch.thread.join();
        }
    }

    private Fetch begin(Sha256 image) {
        return underWay.computeIfAbsent(image, Fetch::new);
    }

    /** One image that somebody is about to use. */
    private final class Needed implements Held {
        private final Sha256 image;

        Needed(Sha256 image) {
            this.image = image;
        }

        @Override
        public boolean isHere() {
            return shelf.file(image).isPresent();
        }

        @Override
        public boolean await(Duration atMost) throws InterruptedException {
            if (isHere()) {
                return true;
            }
            try {
                Optional<ProblemException> problem = begin(image).end.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
                if (problem.isPresent()) {
                    throw problem.get().problem().asException();
                }
                return isHere();
            } catch (TimeoutException e) {
                return false;
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public int percent() {
            Fetch fetch = underWay.get(image);
            return fetch == null || fetch.total == 0 ? 0 : (int) (fetch.done * WHOLE / fetch.total);
        }

        @Override
        public void close() {
            room.letGo(image);
        }
    }

    /** One image on its way. */
    private final class Fetch implements ImageDownload.Watch {
        private final Sha256 image;
        private final CompletableFuture<Optional<ProblemException>> end = new CompletableFuture<>();
        private final Set<String> damaged = ConcurrentHashMap.newKeySet();
        private final Thread thread;
        private volatile long done;
        private volatile long total;

        Fetch(Sha256 image) {
            this.image = image;
            this.thread = Thread.ofVirtual().name("fetch-image").unstarted(this::run);
            room.comes(image);
            thread.start();
        }

        private void run() {
            Optional<ProblemException> problem = Optional.of(failed("the agent's log has the cause"));
            try {
                problem = bring();
            } catch (ProblemException e) {
                problem = Optional.of(e);
            } catch (InterruptedException e) {
                problem = Optional.of(failed("the agent is stopping"));
            } catch (IOException e) {
                problem = Optional.of(noRoomOr(e));
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).addKeyValue("image", image).log("an image cannot be fetched");
            } finally {
                room.isOver(image);
                underWay.remove(image);
                end.complete(problem);
            }
        }

        private Optional<ProblemException> bring() throws IOException, InterruptedException {
            if (shelf.has(image)) {
                return Optional.empty();
            }
            Ending ending = new ImageDownload(
                            identity.read(), PATIENCE, image, this::sources, this, ThreadLocalRandom.current())
                    .into(shelf.unfinished(image));
            if (!damaged.isEmpty()) {
                Optional<List<ImageSource>> unused = sources();
            }
            return switch (ending) {
                case Ending.Whole whole -> {
                    shelf.take(image);
                    LOG.atInfo()
                            .addKeyValue("image", image)
                            .addKeyValue("bytes", total)
                            .log("an image was fetched");
                    yield Optional.empty();
                }
                case Ending.Failed(String why) -> Optional.of(failed(why));
                case Ending.Unwanted unwanted -> Optional.of(failed("the agent is stopping"));
            };
        }

        /** Who gave something else is told with every question. */
        private Optional<List<ImageSource>> sources() throws InterruptedException {
            return routers.ask(Contracts.IMAGE_SOURCES, new ImageQuestion(self, image, new ArrayList<>(damaged)))
                    .map(ImageAnswer::sources);
        }

        @Override
        public void begins(long bytes, long had) {
            room.require(image, bytes, had);
            total = bytes;
        }

        @Override
        public void progress(long now, long bytes) {
            done = now;
        }

        @Override
        public void refused(ImageSource source) {
            LOG.atError()
                    .addKeyValue("image", image)
                    .addKeyValue("source", source.name())
                    .log("what this source has is not the image; it is not asked for it again");
            damaged.add(source.name());
        }

        @Override
        public boolean isWanted() {
            return !closing.isBegun();
        }

        @Override
        public void pause(Duration time) throws InterruptedException {
            boolean unused = closing.within(time);
        }

        private ProblemException failed(String why) {
            return new ProblemException(
                    ErrorCode.HOST_IMAGE_MISSING, "Image " + image + " is not on this host: " + why + ".");
        }

        private ProblemException noRoomOr(IOException e) {
            LOG.atError().setCause(e).addKeyValue("image", image).log("an image cannot be written");
            return String.valueOf(e.getMessage()).contains("No space left")
                    ? new ProblemException(ErrorCode.HOST_DISK_FULL, "The host's storage has no room for the image.")
                    : failed("it cannot be written; the agent's log has the cause");
        }
    }
}

package org.datacapsule.common.transfer;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.transfer.DoorClient.Attempt;
import org.datacapsule.common.wire.ImageSource;

/**
 * Fetches one image, from whichever source has it. What was there before a cut is kept, and gone on with from the same source or
 * another. Whoever gave an image that is not what it is called is not asked for it again; as nobody can say so of one that was
 * put together of two, such a one is fetched anew, from one source alone.
 */
public final class ImageDownload {
    /** So often nobody gave a byte. */
    private static final int FRUITLESS_ROUNDS = 4;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(4);

    private final DoorClient client;
    private final Sha256 image;
    private final Sources sources;
    private final Watch watch;
    private final RandomGenerator random;
    private final Set<String> wrong = new LinkedHashSet<>();
    private boolean oneSourceOnly;

    /** Who is to be asked. */
    @FunctionalInterface
    public interface Sources {
        /** Who has the image now; empty when there is nobody to ask for that. */
        Optional<List<ImageSource>> now() throws InterruptedException;
    }

    /** Who wants the image. Told of everything on the thread that fetches. */
    public interface Watch {
        /**
         * A source begins to give.
         *
         * @param total bytes there are
         * @param had bytes that are there already
         * @throws IOException when there is no room for it
         */
        void begins(long total, long had) throws IOException;

        void progress(long done, long total);

        /** What this source has is not the image. */
        void refused(ImageSource source);

        boolean isWanted();

        /** Waits for so long, or until it is not wanted any more. */
        void pause(Duration time) throws InterruptedException;
    }

    /** How it ended. */
    public sealed interface Ending {
        /** The file has the image, verified and safe on the disk. */
        record Whole() implements Ending {}

        /** It is to be had nowhere; what has come of it is kept. */
        record Failed(String why) implements Ending {}

        /** It was not wanted any more; what has come of it is kept. */
        record Unwanted() implements Ending {}
    }

    /**
     * A fetching that is yet to be run.
     *
     * @param identity this member's
     * @param patience without a byte, after which a source is given up
     */
    public ImageDownload(
            Identity identity, Duration patience, Sha256 image, Sources sources, Watch watch, RandomGenerator random) {
        this.client = new DoorClient(identity, patience);
        this.image = image;
        this.sources = sources;
        this.watch = watch;
        this.random = random;
    }

    /**
     * Fetches the image into a file, beginning behind what it has.
     *
     * @throws IOException when the file cannot be written
     */
    public Ending into(Path file) throws IOException, InterruptedException {
        try (PartialFile partial = PartialFile.open(file)) {
            if (partial.content().equals(image)) {
                partial.force();
                return new Ending.Whole();
            }
            return fetch(partial);
        }
    }

    /** What asking all sources once has brought. */
    private static final class Round {
        private final Map<String, String> failures = new LinkedHashMap<>();
        private boolean gained;
        private boolean busy;
    }

    private Ending fetch(PartialFile partial) throws IOException, InterruptedException {
        Duration pause = FIRST_PAUSE;
        int fruitless = 0;
        while (watch.isWanted()) {
            Optional<List<ImageSource>> asked = sources.now();
            if (asked.isPresent()) {
                List<ImageSource> good = new ArrayList<>(asked.get());
                good.removeIf(source -> wrong.contains(source.name()));
                if (good.isEmpty()) {
                    return new Ending.Failed(nobody());
                }
                // All hosts that begin at once would else go to the same door.
                Collections.shuffle(good, new Random(random.nextLong()));
                Round round = new Round();
                for (ImageSource source : good) {
                    if (from(source, partial, round)) {
                        return new Ending.Whole();
                    }
                }
                if (round.gained || round.busy) {
                    fruitless = 0;
                    pause = round.gained ? FIRST_PAUSE : pause;
                } else if (++fruitless == FRUITLESS_ROUNDS) {
                    return new Ending.Failed(said(round.failures));
                }
            }
            if (watch.isWanted()) {
                watch.pause(pause);
            }
            pause = min(pause.multipliedBy(2), LONGEST_PAUSE);
        }
        return new Ending.Unwanted();
    }

    /** Asks one source for as long as it gives something; answers whether the image is whole. */
    private boolean from(ImageSource source, PartialFile partial, Round round) throws IOException {
        while (watch.isWanted()) {
            if (oneSourceOnly && !partial.isEmpty() && !partial.isAllOf(source)) {
                partial.restart();
            }
            long had = partial.size();
            switch (client.fetch(source, image, partial, watch)) {
                case Attempt.Complete complete -> {
                    return isRight(source, partial, round);
                }
                case Attempt.Cut(String why) -> {
                    round.failures.put(source.name(), why);
                    if (partial.size() <= had) {
                        return false;
                    }
                    round.gained = true;
                }
                case Attempt.Busy busy -> {
                    round.busy = true;
                    return false;
                }
                case Attempt.Unwanted unwanted -> {
                    return false;
                }
            }
        }
        return false;
    }

    private boolean isRight(ImageSource source, PartialFile partial, Round round) throws IOException {
        if (partial.content().equals(image)) {
            partial.force();
            return true;
        }
        if (partial.isEmpty() || partial.isAllOf(source)) {
            wrong.add(source.name());
            watch.refused(source);
        } else {
            oneSourceOnly = true;
        }
        partial.restart();
        round.gained = true;
        return false;
    }

    private String nobody() {
        return wrong.isEmpty()
                ? "neither a host that is up nor an image store has it"
                : "what " + String.join(" and ", wrong) + " has under its name is damaged, and nobody else has it";
    }

    private static String said(Map<String, String> failures) {
        return "it could not be fetched: "
                + failures.entrySet().stream()
                        .map(entry -> entry.getKey() + ": " + entry.getValue())
                        .collect(Collectors.joining("; "));
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}

package org.datacapsule.agent.result;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.WireJson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What each capsule has handed in on its last day of doing so, a file a capsule: for the limit of a day, and so that a guest
 * that asks again what became of a transfer is told the same.
 */
final class Ledger {
    private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);
    private static final String SUFFIX = ".json";

    private final Path directory;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<CapsuleId, Day> days = new HashMap<>();

    private Ledger(Path directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /** One transfer that was taken. */
    record Taken(String transfer, ResultId result, Sha256 sha256, long bytes) {
        static Taken of(SpooledResult result) {
            return new Taken(
                    result.transfer(),
                    result.id(),
                    result.begin().sha256(),
                    result.begin().bytes());
        }
    }

    /** @param date in UTC */
    record Day(LocalDate date, List<Taken> taken) {
        Day {
            taken = List.copyOf(taken);
        }

        Day with(LocalDate when, Taken more) {
            List<Taken> all = new ArrayList<>(when.equals(date) ? taken : List.of());
            all.add(more);
            return new Day(when, all);
        }
    }

    /** @param spooled an agent may have died before it wrote these down */
    static Ledger open(Path directory, List<SpooledResult> spooled, InstantSource clock) throws IOException {
        DurableFiles.makeDirectory(directory);
        Ledger ledger = new Ledger(directory, clock);
        for (Path file : DurableFiles.list(directory)) {
            ledger.load(file);
        }
        for (SpooledResult result : spooled) {
            if (day(result).equals(ledger.today())
                    && ledger.find(result.capsule(), result.transfer()).isEmpty()) {
                ledger.add(result);
            }
        }
        return ledger;
    }

    /** How many the capsule has handed in today. */
    int today(CapsuleId capsule) {
        lock.lock();
        try {
            Day day = days.get(capsule);
            return day == null || !day.date().equals(today()) ? 0 : day.taken().size();
        } finally {
            lock.unlock();
        }
    }

    Optional<Taken> find(CapsuleId capsule, String transfer) {
        lock.lock();
        try {
            Day day = days.get(capsule);
            return day == null
                    ? Optional.empty()
                    : day.taken().stream()
                            .filter(taken -> taken.transfer().equals(transfer))
                            .findFirst();
        } finally {
            lock.unlock();
        }
    }

    /** On the disk when this returns. */
    void add(SpooledResult result) throws IOException {
        lock.lock();
        try {
            Day before = days.getOrDefault(result.capsule(), new Day(today(), List.of()));
            Day after = before.with(today(), Taken.of(result));
            DurableFiles.write(directory, result.capsule() + SUFFIX, WireJson.text(after));
            days.put(result.capsule(), after);
        } finally {
            lock.unlock();
        }
    }

    private void load(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        try {
            CapsuleId capsule = CapsuleId.parse(name.replaceFirst("\\.json$", ""));
            Day day = WireJson.read(Files.readString(file), Day.class);
            // Yesterday's still answer a guest that asks again past midnight.
            if (day.date().isBefore(today().minusDays(1))) {
                Files.delete(file);
            } else {
                days.put(capsule, day);
            }
        } catch (IllegalArgumentException e) {
            LOG.atWarn().setCause(e).log("{} says nothing of what was handed in, and is removed", file);
            Files.delete(file);
        }
    }

    private static LocalDate day(SpooledResult result) {
        return LocalDate.ofInstant(result.begin().askedAt(), ZoneOffset.UTC);
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }
}

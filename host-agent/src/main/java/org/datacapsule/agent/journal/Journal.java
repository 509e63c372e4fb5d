package org.datacapsule.agent.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.WireJson;
import org.jspecify.annotations.Nullable;

/**
 * The operations of this host, one file each, the same on disk as in memory: a change is on the disk before the method that
 * makes it returns. Commands hold passwords, so they are sealed while they have to be kept and gone once finished.
 */
public final class Journal implements AutoCloseable {
    private final JournalFiles files;
    private final SecretBox box;
    private final InstantSource clock;
    private final CapsuleLocks locks = new CapsuleLocks();
    private final Map<OperationId, JournalEntry> entries = new ConcurrentHashMap<>();
    private final Map<CapsuleId, Newest> newest = new ConcurrentHashMap<>();

    private Journal(JournalFiles files, SecretBox box, InstantSource clock) {
        this.files = files;
        this.box = box;
        this.clock = clock;
    }

    /**
     * Opens the journal in {@code directory}, which is made when it is not there.
     *
     * @throws JournalHeldException while another process has it open
     */
    public static Journal open(Path directory, SecretBox box, InstantSource clock) throws IOException {
        Journal journal = new Journal(JournalFiles.open(directory), box, clock);
        journal.files.readAll().forEach(journal::load);
        return journal;
    }

    public Optional<JournalEntry> find(OperationId operation) {
        return Optional.ofNullable(entries.get(operation));
    }

    /** The newest accepted for a capsule, {@link Newest#NONE} where nothing is known of it. */
    public Newest newest(CapsuleId capsule) {
        return newest.getOrDefault(capsule, Newest.NONE);
    }

    /** Whether something newer has been accepted for the entry's capsule, which cancels it. */
    public boolean isSuperseded(JournalEntry entry) {
        return newest(entry.capsule()).sequence() > entry.sequence();
    }

    /** Whether everything that the entry could leave was asked to be removed after it, which leaves nothing to go on with. */
    public boolean isEvicted(JournalEntry entry) {
        return !entry.kind().onlyRemoves()
                && entries.values().stream()
                        .anyMatch(other -> other.kind().isEviction()
                                && other.capsule().equals(entry.capsule())
                                && other.sequence() >= entry.sequence()
                                && other.generation() >= entry.generation());
    }

    public Collection<JournalEntry> entries() {
        return List.copyOf(entries.values());
    }

    /** What still has to be done, in the order it was asked for. */
    public List<JournalEntry> unfinished() {
        return entries.values().stream()
                .filter(entry -> !entry.isFinished())
                .sorted(Comparator.comparingLong(JournalEntry::sequence))
                .toList();
    }

    /** The same, of one capsule. */
    public List<JournalEntry> unfinished(CapsuleId capsule) {
        return unfinished().stream()
                .filter(entry -> entry.capsule().equals(capsule))
                .toList();
    }

    /** What is done, and no router has said that it knows. */
    public List<JournalEntry> unreported() {
        return entries.values().stream()
                .filter(entry -> entry.isFinished() && !entry.isReported())
                .sorted(Comparator.comparingLong(JournalEntry::sequence))
                .toList();
    }

    /** Whether all that was asked for the capsule is done, and a router knows how it ended. */
    public boolean isSettled(CapsuleId capsule) {
        return entries.values().stream().noneMatch(entry -> entry.capsule().equals(capsule) && !entry.isReported());
    }

    /** The command of an entry that is not finished. */
    public Command command(JournalEntry entry) {
        String sealed = switch (entry.stage()) {
            case Stage.Accepted accepted -> accepted.sealedCommand();
            case Stage.Begun begun -> begun.sealedCommand();
            case Stage.Finished finished -> throw new IllegalStateException("a finished command is wiped");
        };
        return WireJson.readStrictly(
                box.open(Base64.getDecoder().decode(sealed), place(entry.operation())), Command.class);
    }

    /** Writes a new operation, or a new attempt of one that failed. */
    public JournalEntry accept(CommandEnvelope envelope) {
        byte[] sealed = box.seal(WireJson.text(envelope.command()), place(envelope.operation()));
        JournalEntry entry = JournalEntry.accepted(envelope, Base64.getEncoder().encodeToString(sealed));
        return exclusively(entry.capsule(), () -> save(entry));
    }

    /** The operation goes on as it is, and answers for a newer attempt from now on. */
    public JournalEntry renumber(OperationId operation, int attempt) {
        return change(operation, entry -> entry.withAttempt(attempt));
    }

    public JournalEntry begin(OperationId operation) {
        return change(operation, entry -> switch (entry.stage()) {
            case Stage.Accepted accepted -> entry.withStage(new Stage.Begun(accepted.sealedCommand()));
            case Stage.Begun begun -> entry;
            case Stage.Finished finished -> throw new IllegalStateException("a finished operation does not begin");
        });
    }

    /** Keeps the outcome and wipes the command. */
    public JournalEntry finish(OperationId operation, Outcome outcome) {
        return change(operation, entry -> entry.withStage(new Stage.Finished(outcome, false, clock.instant())));
    }

    /** A router has recorded the outcome of this attempt; ignored when a newer attempt has been accepted since. */
    public void reported(OperationId operation, int attempt) {
        find(operation)
                .ifPresent(known -> change(operation, entry -> switch (entry.stage()) {
                    case Stage.Finished finished
                    when entry.attempt() == attempt ->
                        entry.withStage(new Stage.Finished(finished.outcome(), true, finished.at()));
                    case Stage.Accepted accepted -> entry;
                    case Stage.Begun begun -> entry;
                    case Stage.Finished finished -> entry;
                }));
    }

    /**
     * Forgets what was finished and reported before {@code before}, which must be longer ago than any command lives. The
     * newest of each of {@code present}, the capsules this host has, stays: it says what was done last.
     */
    public int purge(Instant before, Set<CapsuleId> present) {
        int purged = 0;
        for (JournalEntry entry : entries()) {
            boolean isKept = present.contains(entry.capsule()) && !isSuperseded(entry);
            if (!isKept
                    && entry.stage() instanceof Stage.Finished finished
                    && finished.reported()
                    && finished.at().isBefore(before)
                    && exclusively(entry.capsule(), () -> forget(entry))) {
                purged++;
            }
        }
        return purged;
    }

    /** Runs {@code work} while nobody else changes what the journal says of the capsule. */
    public <T> T exclusively(CapsuleId capsule, Supplier<T> work) {
        return locks.exclusively(capsule, work);
    }

    /** Lets another process open the journal; nothing has to be written. */
    @Override
    public void close() throws IOException {
        files.close();
    }

    private JournalEntry change(OperationId operation, UnaryOperator<JournalEntry> how) {
        JournalEntry known = entries.get(operation);
        if (known == null) {
            throw new IllegalStateException("not in the journal: " + operation);
        }
        return exclusively(known.capsule(), () -> {
            JournalEntry now = entries.getOrDefault(operation, known);
            JournalEntry next = how.apply(now);
            return next.equals(now) ? now : save(next);
        });
    }

    private JournalEntry save(JournalEntry entry) {
        try {
            files.write(fileName(entry), WireJson.text(entry));
        } catch (IOException e) {
            throw new JournalException("the journal entry of operation " + entry.operation() + " was not written", e);
        }
        remember(entry);
        return entry;
    }

    private boolean forget(JournalEntry entry) {
        try {
            if (!entry.equals(entries.get(entry.operation()))) {
                return false;
            }
            files.delete(fileName(entry));
        } catch (IOException e) {
            throw new JournalException("the journal entry of operation " + entry.operation() + " was not removed", e);
        }
        entries.remove(entry.operation());
        newest.computeIfPresent(entry.capsule(), (capsule, known) -> newestOfWhatIsLeft(capsule));
        return true;
    }

    private @Nullable Newest newestOfWhatIsLeft(CapsuleId capsule) {
        Newest left = Newest.NONE;
        for (JournalEntry entry : entries.values()) {
            left = entry.capsule().equals(capsule) ? left.and(entry) : left;
        }
        return left.equals(Newest.NONE) ? null : left;
    }

    private void load(String name, String content) {
        try {
            remember(WireJson.read(content, JournalEntry.class));
        } catch (IllegalArgumentException e) {
            files.setAside(name, e);
        }
    }

    private void remember(JournalEntry entry) {
        entries.put(entry.operation(), entry);
        newest.merge(entry.capsule(), Newest.NONE.and(entry), (known, added) -> known.and(entry));
    }

    private static String fileName(JournalEntry entry) {
        return entry.capsule() + "." + entry.operation() + ".json";
    }

    private static String place(OperationId operation) {
        return "journal/" + operation;
    }
}

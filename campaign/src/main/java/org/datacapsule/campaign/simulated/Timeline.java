package org.datacapsule.campaign.simulated;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.datacapsule.agent.step.Abandoned;
import org.jspecify.annotations.Nullable;

/**
 * Simulated time, and what happens in it one after the other. Code that blocks runs as a party, on a virtual thread of its own,
 * and holds the floor until it waits here or ends; so whatever it does, nobody else does anything meanwhile.
 */
final class Timeline implements InstantSource {
    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private final Deque<Runnable> urgent = new ArrayDeque<>();
    private final Semaphore floor = new Semaphore(0);
    private final Random random;
    private final Consumer<Throwable> failed;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long number;
    private @Nullable Party speaking;

    /** @param failed is told what a party threw that nobody caught */
    Timeline(Random random, Consumer<Throwable> failed) {
        this.random = random;
        this.failed = failed;
    }

    private record Due(Instant at, long number, Runnable what) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = at.compareTo(other.at);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    @Override
    public Instant instant() {
        return now;
    }

    /** Does {@code what} after a while; it must not wait. */
    void after(Duration while_, Runnable what) {
        due.add(new Due(now.plus(while_), number++, what));
    }

    /** Does it before anything else. */
    void atOnce(Runnable what) {
        urgent.add(what);
    }

    /** A while between these, to the microsecond. */
    Duration between(long leastMillis, long mostMillis) {
        long micros = random.nextLong(
                TimeUnit.MILLISECONDS.toMicros(leastMillis), TimeUnit.MILLISECONDS.toMicros(mostMillis) + 1);
        return Duration.of(micros, ChronoUnit.MICROS);
    }

    /** Does what comes next; answers whether there was anything before {@code end}. */
    boolean step(Instant end) {
        Runnable first = urgent.poll();
        if (first != null) {
            first.run();
            return true;
        }
        Due next = due.peek();
        if (next == null || next.at().isAfter(end)) {
            now = end.isAfter(now) ? end : now;
            return false;
        }
        due.remove();
        now = next.at();
        next.what().run();
        return true;
    }

    /** Starts a party of {@code process}, shortly. */
    void start(Life process, String name, Runnable body) {
        Party party = new Party(process, name);
        party.thread = Thread.ofVirtual().name(process.name() + " " + name).unstarted(() -> run(party, body));
        process.add(party);
        after(between(0, 3), () -> {
            if (!process.isDead()) {
                party.isBegun = true;
                giveFloor(party, party.thread::start);
            } else {
                process.remove(party);
            }
        });
    }

    private void run(Party party, Runnable body) {
        SeededRandomness.use(random);
        try {
            body.run();
        } catch (Abandoned killed) {
            // That is how its process ends.
        } catch (Throwable e) {
            failed.accept(e);
        } finally {
            party.isOver = true;
            party.process.remove(party);
            floor.release();
        }
    }

    /** Whose turn it is; empty when it is the scheduler's own. */
    @Nullable Party speaking() {
        return speaking;
    }

    /** The party that runs waits. @throws Abandoned when its process is killed meanwhile */
    void pause(Duration time) {
        Party party = requireSpeaking();
        long turn = ++party.turn;
        after(time, () -> resume(party, turn));
        waitForTurn(party);
    }

    /**
     * The party that runs waits until {@link Mailbox#put} or for this long.
     *
     * @return whether anything was put
     */
    boolean await(Mailbox<?> mailbox, Duration atMost) {
        Party party = requireSpeaking();
        if (mailbox.isFilled()) {
            return true;
        }
        long turn = ++party.turn;
        mailbox.onceFilled(() -> after(Duration.ZERO, () -> resume(party, turn)));
        after(atMost, () -> resume(party, turn));
        waitForTurn(party);
        return mailbox.isFilled();
    }

    /** A party whose process is dead runs on to its end, in which it does nothing more. */
    void end(Party party) {
        if (party.isBegun && !party.isOver && party != speaking) {
            giveFloor(party, party.go::release);
        }
    }

    private void resume(Party party, long turn) {
        if (!party.isOver && party.turn == turn) {
            party.turn++;
            giveFloor(party, party.go::release);
        }
    }

    private Party requireSpeaking() {
        Party party = speaking;
        if (party == null) {
            throw new IllegalStateException("only a party can wait");
        }
        return party;
    }

    private void giveFloor(Party party, Runnable go) {
        Party before = speaking;
        speaking = party;
        go.run();
        try {
            floor.acquire();
        } catch (InterruptedException e) {
            IllegalStateException stuck =
                    new IllegalStateException(party + " is blocked in something that is not simulated", e);
            stuck.setStackTrace(party.thread.getStackTrace());
            throw stuck;
        } finally {
            speaking = before;
        }
    }

    private void waitForTurn(Party party) {
        if (party.process.isDead()) {
            throw new Abandoned(party.process.name() + " is dead");
        }
        floor.release();
        party.go.acquireUninterruptibly();
        if (party.process.isDead()) {
            throw new Abandoned(party.process.name() + " is dead");
        }
    }
}

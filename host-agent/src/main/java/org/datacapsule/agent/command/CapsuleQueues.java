package org.datacapsule.agent.command;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.datacapsule.agent.journal.JournalEntry;
import org.datacapsule.agent.step.Abandoned;
import org.datacapsule.agent.work.Threads;
import org.datacapsule.common.id.CapsuleId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue per capsule: its operations one at a time, in the order of their sequence; different capsules side by side. A
 * capsule has a queue, and a thread that works on it, only while it has something to do.
 */
public final class CapsuleQueues {
    private static final Logger LOG = LoggerFactory.getLogger(CapsuleQueues.class);
    private static final Duration TO_THE_NEXT_STEP = Duration.ofSeconds(5);

    private final CommandRunner runner;
    private final Map<CapsuleId, Queue<JournalEntry>> queues = new ConcurrentHashMap<>();
    private final ExecutorService threads;

    public CapsuleQueues(CommandRunner runner, Threads threads) {
        this.runner = runner;
        this.threads = threads.each("capsule-");
    }

    /** Has a journaled operation done; returns at once. */
    public void submit(JournalEntry entry) {
        queues.compute(entry.capsule(), (capsule, queue) -> {
            if (queue != null) {
                queue.add(entry);
                return queue;
            }
            Queue<JournalEntry> opened = new PriorityQueue<>(Comparator.comparingLong(JournalEntry::sequence));
            opened.add(entry);
            threads.execute(() -> workOn(capsule));
            return opened;
        });
    }

    /** Does something short unless the capsule has work; none begins meanwhile. */
    void whileIdle(CapsuleId capsule, Runnable work) {
        queues.computeIfAbsent(capsule, id -> {
            work.run();
            return null;
        });
    }

    /** Has work stop at its next step boundary; what was begun goes on at the next start. */
    public void stop() throws InterruptedException {
        runner.abandon();
        threads.shutdown();
        if (!threads.awaitTermination(TO_THE_NEXT_STEP.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.atWarn().log("some work is in the middle of a long step and goes on at the next start");
        }
    }

    private void workOn(CapsuleId capsule) {
        try {
            for (Optional<JournalEntry> next = next(capsule); next.isPresent(); next = next(capsule)) {
                runner.run(next.get().operation());
            }
        } catch (Abandoned e) {
            LOG.atInfo().addKeyValue("capsuleId", capsule).log("left for the next start: {}", e.getMessage());
        }
    }

    private Optional<JournalEntry> next(CapsuleId capsule) {
        Queue<JournalEntry> taken = new ArrayDeque<>(1);
        queues.computeIfPresent(capsule, (id, queue) -> {
            JournalEntry head = queue.poll();
            if (head == null) {
                return null;
            }
            taken.add(head);
            return queue;
        });
        return Optional.ofNullable(taken.poll());
    }
}

package org.datacapsule.agent.report;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.HeartbeatReply;
import org.datacapsule.common.wire.Recall;
import org.datacapsule.common.wire.SignedCommand;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this host may work. While it was away it may have been fenced and its capsules given other hosts, so over each link
 * it first hears from a router, does what it is recalled for, and only then takes a command or goes on with older ones.
 */
public final class Admission {
    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
    /** Well within the time a router waits for an answer to a command. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Function<SignedCommand, CommandReply> commands;
    private final Predicate<Recall> recalls;
    private final Runnable goOn;
    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean isOpen;
    private boolean hasGoneOn;
    private volatile long recalled;

    /**
     * @param commands takes a command in
     * @param recalls does what a host that was fenced has to do; answers whether all of it is done
     * @param goOn takes up unfinished work; run once
     */
    public Admission(Function<SignedCommand, CommandReply> commands, Predicate<Recall> recalls, Runnable goOn) {
        this(commands, recalls, goOn, PATIENCE);
    }

    /** @param patience how long a command that comes before the first answer waits for that, in real time */
    public Admission(
            Function<SignedCommand, CommandReply> commands,
            Predicate<Recall> recalls,
            Runnable goOn,
            Duration patience) {
        this.patience = patience;
        this.commands = commands;
        this.recalls = recalls;
        this.goOn = goOn;
    }

    /** The epoch of the last recall that is done; 0 for none. */
    public long recalled() {
        return recalled;
    }

    /** Of a command that arrives a moment before the first answer, it waits for that. */
    public CommandReply receive(SignedCommand command) {
        return awaitOpen()
                ? commands.apply(command)
                : new CommandReply.Refused(Problem.of(
                        ErrorCode.HOST_NOT_ADMITTED,
                        "The host has come back, and has not been told yet that it may work."));
    }

    /** What was true over the link before need not be now. */
    public void linkBegins() {
        set(false);
    }

    /** Takes in a router's answer to a heartbeat; answers whether to send the next one at once. */
    public boolean answered(HeartbeatReply reply) {
        if (reply.recall().isPresent()) {
            set(false);
            return obey(reply.recall().get());
        }
        set(true);
        return false;
    }

    private boolean obey(Recall recall) {
        if (recalled == recall.epoch()) {
            return false;
        }
        LOG.atWarn()
                .log(
                        "this host was fenced while it was away; {} capsules live elsewhere now",
                        recall.orders().size());
        if (!recalls.test(recall)) {
            return false;
        }
        recalled = recall.epoch();
        return true;
    }

    private boolean awaitOpen() {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (!isOpen && left > 0) {
                left = changed.awaitNanos(left);
            }
            return isOpen;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void set(boolean open) {
        lock.lock();
        try {
            if (open && !hasGoneOn) {
                hasGoneOn = true;
                goOn.run();
            }
            isOpen = open;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}

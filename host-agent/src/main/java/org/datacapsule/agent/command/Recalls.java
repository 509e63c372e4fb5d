package org.datacapsule.agent.command;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.datacapsule.agent.work.Closing;
import org.datacapsule.agent.work.Threads;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.Recall;
import org.datacapsule.common.wire.SignedCommand;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has everything gone that a host which was fenced must not have any more, capsules side by side. */
public final class Recalls {
    private static final Logger LOG = LoggerFactory.getLogger(Recalls.class);
    private static final Duration GLANCE = Duration.ofMillis(50);
    private static final int GLANCES = 400;

    private final CommandReceiver receiver;
    private final Closing pauses;

    public Recalls(CommandReceiver receiver, Threads threads) {
        this.receiver = receiver;
        this.pauses = threads.closing();
    }

    /** How an order stands. */
    private enum Standing {
        UNDER_WAY,
        DONE,
        FAILED
    }

    /** Answers whether all of it is done; what is not, within 20 s, a router asks for again. */
    public boolean obey(Recall recall) {
        List<SignedCommand> left = recall.orders();
        boolean isDone = true;
        for (int glance = 0; glance < GLANCES && !left.isEmpty(); glance++) {
            List<SignedCommand> underWay = new ArrayList<>();
            for (SignedCommand order : left) {
                switch (standing(order)) {
                    case UNDER_WAY -> underWay.add(order);
                    case DONE -> {}
                    case FAILED -> isDone = false;
                }
            }
            left = underWay;
            if (!left.isEmpty() && isInterrupted()) {
                return false;
            }
        }
        return isDone && left.isEmpty();
    }

    private boolean isInterrupted() {
        try {
            return pauses.within(GLANCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** An order that was taken in is asked for again until it has ended. */
    private Standing standing(SignedCommand order) {
        return switch (receiver.receive(order)) {
            case CommandReply.Accepted accepted -> Standing.UNDER_WAY;
            case CommandReply.Finished(Outcome.Succeeded succeeded) -> Standing.DONE;
            case CommandReply.Finished(Outcome.Failed failed) -> ended(failed.problem());
            case CommandReply.Refused(Problem problem) -> ended(problem);
        };
    }

    private static Standing ended(Problem problem) {
        return isNothingToDo(problem) ? Standing.DONE : Standing.FAILED;
    }

    /** The capsule has come back with a newer generation. */
    private static boolean isNothingToDo(Problem problem) {
        if (problem.code() == ErrorCode.HOST_STALE_COMMAND) {
            return true;
        }
        LOG.atWarn().addKeyValue("cause", problem.detail()).log("what lives elsewhere now is not gone from here yet");
        return false;
    }
}

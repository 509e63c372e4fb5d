package org.datacapsule.agent.command;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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

    public Recalls(CommandReceiver receiver) {
        this.receiver = receiver;
    }

    /** Answers whether all of it is done; what is not, within 20 s, a router asks for again. */
    public boolean obey(Recall recall) {
        List<CompletableFuture<Boolean>> orders = new ArrayList<>();
        for (SignedCommand order : recall.orders()) {
            orders.add(CompletableFuture.supplyAsync(() -> isDone(order), Thread::startVirtualThread));
        }
        return orders.stream().map(CompletableFuture::join).reduce(true, Boolean::logicalAnd);
    }

    private boolean isDone(SignedCommand order) {
        try {
            for (int glance = 0; glance < GLANCES; glance++) {
                switch (receiver.receive(order)) {
                    case CommandReply.Accepted accepted -> Thread.sleep(GLANCE);
                    case CommandReply.Finished(Outcome.Succeeded succeeded) -> {
                        return true;
                    }
                    case CommandReply.Finished(Outcome.Failed failed) -> {
                        return isNothingToDo(failed.problem());
                    }
                    case CommandReply.Refused(Problem problem) -> {
                        return isNothingToDo(problem);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
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

package org.datacapsule.router.dispatch;

import java.time.Duration;
import java.util.Optional;
import org.datacapsule.common.bus.BusException;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.signing.CommandSigner;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.OutcomeReport;
import org.datacapsule.common.wire.SignedCommand;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.fault.RouterStep;
import org.datacapsule.router.fault.StepListener;
import org.datacapsule.router.host.HeartbeatReceiver;
import org.datacapsule.router.host.HostStore;
import org.datacapsule.router.operation.Operation;
import org.datacapsule.router.operation.OperationConfig;
import org.datacapsule.router.operation.OperationStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one claimed operation to its host's agent. Sending it again is asking what became of it: the agent does nothing
 * twice. Silence means unknown, so it only ever leads to asking again, until the deadline.
 */
public final class Delivery {
    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);
    private static final Duration SOON = Duration.ofSeconds(1);

    private final Database database;
    private final OperationStore operations;
    private final HostStore hosts;
    private final SideTurn sideTurn;
    private final CommandBuilder builder;
    private final CommandSigner signer;
    private final Agents agents;
    private final OutcomeRecorder outcomes;
    private final HeartbeatReceiver heartbeats;
    private final OperationConfig config;
    private final StepListener steps;

    public Delivery(
            Database database,
            OperationStore operations,
            HostStore hosts,
            SideTurn sideTurn,
            CommandBuilder builder,
            CommandSigner signer,
            Agents agents,
            OutcomeRecorder outcomes,
            HeartbeatReceiver heartbeats,
            OperationConfig config,
            StepListener steps) {
        this.database = database;
        this.operations = operations;
        this.hosts = hosts;
        this.sideTurn = sideTurn;
        this.builder = builder;
        this.signer = signer;
        this.agents = agents;
        this.outcomes = outcomes;
        this.heartbeats = heartbeats;
        this.config = config;
        this.steps = steps;
    }

    /** Sends it, or asks what became of it, and writes down what is answered. */
    public void deliver(Operation claimed) throws InterruptedException {
        if (claimed.overdue()) {
            giveUp(claimed);
            return;
        }
        Optional<Operation> current = claimed.kind().isSide() ? sideTurn.take(claimed) : Optional.of(claimed);
        if (current.isPresent()) {
            send(current.get());
        }
    }

    private void send(Operation operation) throws InterruptedException {
        Optional<CommandEnvelope> built = database.read(tx ->
                hosts.isFenced(tx, operation.host()) ? Optional.empty() : Optional.of(builder.build(tx, operation)));
        if (built.isEmpty()) {
            // Of a host that counts as off nothing is asked, though it may still answer.
            askAgain(operation, SOON);
            return;
        }
        CommandEnvelope envelope = built.get();
        SignedCommand command = signer.sign(envelope);
        steps.reached(operation.kind(), RouterStep.OPERATION_CLAIMED);
        try {
            CommandReply reply = agents.ask(operation.host(), command);
            steps.reached(operation.kind(), RouterStep.HOST_ANSWERED);
            handle(operation, reply);
        } catch (BusException e) {
            if (e.reason() == BusException.Reason.NOBODY) {
                heartbeats.foundUnreachable(operation.host());
            }
            LOG.atInfo()
                    .addKeyValue("operationId", operation.id())
                    .addKeyValue("hostId", operation.host())
                    .addKeyValue("cause", e.getMessage())
                    .log("host did not answer, will be asked again");
            askAgain(operation, SOON);
        }
    }

    private void handle(Operation operation, CommandReply reply) throws InterruptedException {
        switch (reply) {
            case CommandReply.Accepted accepted ->
                database.transaction(tx -> {
                    operations.accepted(tx, operation.id(), operation.attempt(), config.recheck());
                    return true;
                });
            case CommandReply.Finished finished -> outcomes.record(report(operation, finished.outcome()));
            case CommandReply.Refused refused -> refused(operation, refused.problem());
        }
    }

    /**
     * What a host refuses now it may take later, when its clock or keys are put right; a stale command never, but for a
     * side operation, which is bound to the capsule's newest sequence before it is sent again.
     */
    private void refused(Operation operation, Problem problem) throws InterruptedException {
        LOG.atWarn()
                .addKeyValue("operationId", operation.id())
                .addKeyValue("hostId", operation.host())
                .addKeyValue("requestId", operation.requestId())
                .addKeyValue("cause", problem.detail())
                .log("host refused the command");
        if (problem.code() == ErrorCode.HOST_STALE_COMMAND && !operation.kind().isSide()) {
            outcomes.record(report(operation, new Outcome.Failed(problem, false)));
        } else {
            askAgain(operation, SOON);
        }
    }

    private void giveUp(Operation operation) throws InterruptedException {
        String next = switch (operation.kind()) {
            case SYNC_KEYS ->
                "; look at the host, then push the keys anew (PUT /updateuserkey) or launch the capsule anew.";
            case SHARE_IMAGE -> "; the capsule is as it was. Look at the host, then make the image again.";
            case TAKE_SNAPSHOT, DELETE_SNAPSHOT ->
                "; the capsule's disk is as it was. Look at the host, then delete the snapshot.";
            case REVERT_TO_SNAPSHOT ->
                "; look at the host, then recover the capsule and revert it again, or delete it.";
            case CREATE, LAUNCH, SWITCH_TO_MAINTENANCE, SWITCH_TO_SECURE, STOP, MIGRATE, EVACUATE, DELETE, RECOVER ->
                "; look at the host, then recover or delete the capsule.";
        };
        Problem problem = Problem.of(
                ErrorCode.OPERATION_DEADLINE_EXCEEDED,
                "Host " + operation.host() + " had not done it by " + operation.deadline() + next);
        outcomes.giveUp(report(operation, new Outcome.Failed(problem, false)));
    }

    private void askAgain(Operation operation, Duration delay) throws InterruptedException {
        if (operation.kind().isSide()) {
            sideTurn.askAgain(operation);
            return;
        }
        database.transaction(tx -> {
            if (hosts.isUp(tx, operation.host())) {
                operations.askAgain(tx, operation.id(), operation.attempt(), delay);
            } else {
                operations.waitFor(tx, operation.id(), operation.attempt(), unreachable(operation), delay);
            }
            return true;
        });
    }

    private static Problem unreachable(Operation operation) {
        return Problem.of(
                ErrorCode.HOST_UNREACHABLE,
                "Host " + operation.host() + " is not heard of. It is done when the host is back before "
                        + operation.deadline() + ".");
    }

    private static OutcomeReport report(Operation operation, Outcome outcome) {
        return new OutcomeReport(operation.id(), operation.attempt(), operation.host(), outcome);
    }
}

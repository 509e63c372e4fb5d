package org.datacapsule.router.capsule;

import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleEvent.Requested;
import org.datacapsule.common.capsule.CapsuleLife;
import org.datacapsule.common.capsule.CapsuleStatus;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.capsule.Transition.Ignored;
import org.datacapsule.common.capsule.Transition.Moved;
import org.datacapsule.common.capsule.Transition.Refused;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.event.EventLog;
import org.datacapsule.router.fault.RouterStep;
import org.datacapsule.router.fault.StepListener;
import org.datacapsule.router.host.HostStore;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.image.ImageStore;
import org.datacapsule.router.operation.NewOperation;
import org.datacapsule.router.operation.OperationConfig;
import org.datacapsule.router.operation.OperationSignal;
import org.datacapsule.router.operation.OperationStore;
import org.datacapsule.router.snapshot.SnapshotStore;

/** The one way an operation comes to be: state change, operation and audit row in the caller's transaction. */
public final class StartOperation {
    private final CapsuleStore capsules;
    private final SecureVolumes volumes;
    private final HostStore hosts;
    private final ImageStore images;
    private final OperationStore operations;
    private final AuditLog audit;
    private final EventLog events;
    private final OperationSignal signal;
    private final OperationConfig config;
    private final StepListener steps;
    private final SnapshotStore snapshots = new SnapshotStore();
    private final OtherHosts otherHosts;

    public StartOperation(
            CapsuleStore capsules,
            SecureVolumes volumes,
            HostStore hosts,
            ImageStore images,
            OperationStore operations,
            AuditLog audit,
            EventLog events,
            OperationSignal signal,
            OperationConfig config,
            StepListener steps,
            OtherHosts otherHosts) {
        this.capsules = capsules;
        this.volumes = volumes;
        this.hosts = hosts;
        this.images = images;
        this.operations = operations;
        this.audit = audit;
        this.events = events;
        this.signal = signal;
        this.config = config;
        this.steps = steps;
        this.otherHosts = otherHosts;
    }

    /**
     * Asks for {@code kind} on a capsule whose row is locked.
     *
     * @throws ProblemException {@link ErrorCode#CAPSULE_INVALID_STATE} when its state does not allow that,
     *     {@link ErrorCode#HOST_FENCED} when its host counts as off
     */
    public Reply on(Tx tx, Call call, Capsule capsule, OperationKind kind) throws InterruptedException {
        return on(tx, call, capsule, kind, operation -> {});
    }

    /** The same, with what belongs to the operation. */
    public Reply on(Tx tx, Call call, Capsule capsule, OperationKind kind, Beginning beginning)
            throws InterruptedException {
        if (hosts.isFenced(tx, capsule.host())) {
            throw new ProblemException(
                    ErrorCode.HOST_FENCED,
                    "The capsule's host " + capsule.host()
                            + " died and was taken out of service. The capsule takes commands again"
                            + " when an operator has given it another host, or brought this one back.");
        }
        return switch (CapsuleLife.next(capsule.status(), new Requested(kind))) {
            case Refused refused -> throw new ProblemException(ErrorCode.CAPSULE_INVALID_STATE, refused.because());
            case Ignored ignored -> throw new IllegalStateException("a request is moved or refused: " + kind);
            case Moved moved -> {
                if (kind == OperationKind.DELETE) {
                    cancelAtWork(tx, capsule);
                    otherHosts.forget(tx, call, capsule);
                }
                if (kind == OperationKind.LAUNCH && capsules.isExpired(tx, capsule.id())) {
                    throw new ProblemException(
                            ErrorCode.CAPSULE_EXPIRED,
                            "The capsule's life is over; extend it (/v1/capsules/" + capsule.id()
                                    + "/extend), then launch it.");
                }
                if (kind == OperationKind.LAUNCH || kind == OperationKind.SWITCH_TO_SECURE) {
                    volumes.giveOne(tx, capsule.id());
                }
                capsules.move(tx, capsule, moved.to());
                yield begin(tx, call, capsule, kind, moved.to(), beginning);
            }
        };
    }

    /** Something that belongs to a new operation, in the same transaction. */
    @FunctionalInterface
    public interface Beginning {
        void of(OperationId operation) throws InterruptedException;
    }

    /** Ends what is at work for a capsule whose row is locked, because what follows takes its place. */
    public void cancelAtWork(Tx tx, Capsule capsule) throws InterruptedException {
        for (OperationId cancelled : operations.cancelAtWork(tx, capsule.id())) {
            audit.ended(tx, cancelled, "CANCELLED", Optional.of(ErrorCode.OPERATION_CANCELLED.slug()));
            events.cancelled(tx, capsule.id(), cancelled);
            images.shareFailed(tx, cancelled, "A later command for its capsule took the place of making it.");
            snapshots.failed(
                    tx,
                    cancelled,
                    Problem.of(
                            ErrorCode.OPERATION_CANCELLED,
                            "A later command for its capsule took the place of what was done about it."));
        }
    }

    /** Begins {@code kind} on a capsule that is in its pending state already. */
    Reply begin(Tx tx, Call call, Capsule capsule, OperationKind kind, CapsuleStatus status)
            throws InterruptedException {
        return begin(tx, call, capsule, kind, status, operation -> {});
    }

    /** The same, with what belongs to the operation. */
    public Reply begin(Tx tx, Call call, Capsule capsule, OperationKind kind, CapsuleStatus status, Beginning beginning)
            throws InterruptedException {
        OperationId operation = OperationId.random();
        NewOperation row = new NewOperation(
                operation,
                capsule.id(),
                kind,
                capsules.nextSequence(tx, capsule.id()),
                capsule.generation(),
                capsule.host(),
                call.caller().guid(),
                call.requestId());
        operations.insert(tx, row, config.deadline(kind));
        beginning.of(operation);
        audit.accepted(tx, call, capsule.id(), operation, kind.name().toLowerCase(Locale.ROOT));
        events.started(tx, capsule.id(), operation, kind, status);
        tx.afterCommit(() -> {
            steps.reached(kind, RouterStep.COMMAND_COMMITTED);
            signal.wake();
        });
        return begun(capsule.id(), operation, status);
    }

    /** The answer to a command that takes time: what does it, and the capsule's state meanwhile. */
    public static Reply begun(CapsuleId capsule, OperationId operation, CapsuleStatus status) {
        return Reply.ok(new JsonObject()
                .put("vmid", capsule.toString())
                .put("operation", operation.toString())
                .put("state", status.state().name()));
    }
}

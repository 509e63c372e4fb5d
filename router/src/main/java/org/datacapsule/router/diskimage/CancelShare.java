package org.datacapsule.router.diskimage;

import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.router.capsule.Capsule;
import org.datacapsule.router.capsule.CapsuleCommand;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.capsule.StartOperation;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.image.ImageStore;
import org.datacapsule.router.operation.Operation;
import org.datacapsule.router.operation.OperationStore;

/**
 * DELETE /v1/operations/{id}: ends the making of an image. An operation of its own takes its place, which the host takes up once it has
 * stopped copying: the capsule is SHUTDOWN when nobody reads its disk any more, and the image is in ERROR at once. What else is
 * under way cannot be cancelled here, and the answer says what can be done instead.
 */
public final class CancelShare {
    private final Idempotency idempotency;
    private final CapsuleStore capsules;
    private final OperationStore operations;
    private final ImageStore images;
    private final StartOperation start;

    public CancelShare(
            Idempotency idempotency,
            CapsuleStore capsules,
            OperationStore operations,
            ImageStore images,
            StartOperation start) {
        this.idempotency = idempotency;
        this.capsules = capsules;
        this.operations = operations;
        this.images = images;
        this.start = start;
    }

    public void register(Endpoints endpoints) {
        endpoints.serve("cancelOperation", this::cancel);
    }

    private Reply cancel(Call call) throws InterruptedException {
        OperationId id = call.parameters().parsed("id", OperationId::parse);
        return idempotency.once(call, tx -> {
            CapsuleId owner = operations.capsuleOf(tx, id).orElseThrow(() -> notFound(id));
            Capsule capsule = capsules.lock(tx, owner).orElseThrow(() -> notFound(id));
            requireMayCancel(tx, call, capsule, id);
            requireCancellable(tx, operations.lock(tx, id).orElseThrow(() -> notFound(id)));
            images.shareFailed(tx, id, "The making of it was cancelled.");
            start.cancelAtWork(tx, capsule);
            return start.begin(tx, call, capsule, OperationKind.SHARE_IMAGE, capsule.status(), operation -> {});
        });
    }

    private void requireMayCancel(Tx tx, Call call, Capsule capsule, OperationId id) throws InterruptedException {
        if (!call.caller().hasAny(TokenRole.OPERATOR, TokenRole.ADMIN)) {
            capsules.membership(tx, capsule.id(), call.caller().guid())
                    .orElseThrow(() -> notFound(id))
                    .require(CapsuleCommand.SHARE_IMAGE, capsule.type());
        }
    }

    private void requireCancellable(Tx tx, Operation operation) throws InterruptedException {
        if (!operation.state().isAtWork()) {
            throw refused("Operation " + operation.id() + " has ended, " + operation.state()
                    + "; an image that it made is deleted by requestimagedelete.");
        }
        if (operation.kind() == OperationKind.MIGRATE) {
            throw refused("An operator cancels a migration by DELETE /v1/migrations/" + operation.id() + ".");
        }
        if (!images.isMadeBy(tx, operation.id())) {
            throw refused(
                    "Only the making of an image can be cancelled. Wait until this is done; deletevm does not wait.");
        }
    }

    private static ProblemException refused(String why) {
        return new ProblemException(ErrorCode.OPERATION_NOT_CANCELLABLE, why);
    }

    /** The same whether it is not there or not the caller's. */
    private static ProblemException notFound(OperationId id) {
        return new ProblemException(
                ErrorCode.OPERATION_NOT_FOUND, "There is no operation " + id + " on a capsule of yours.");
    }
}

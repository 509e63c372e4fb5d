package org.datacapsule.router.sharing;

import io.vertx.core.json.JsonArray;
import java.util.Collection;
import java.util.List;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.operation.OperationConfig;
import org.datacapsule.router.operation.OperationSignal;
import org.datacapsule.router.operation.SideOperationStore;

/**
 * The one way keys get into guests that run: a push in the transaction that changes who has access. A capsule without a
 * guest gets none, as its next launch brings the keys.
 */
public final class StartKeySync {
    private final MemberStore members;
    private final SideOperationStore operations;
    private final OperationSignal signal;
    private final OperationConfig config;

    public StartKeySync(
            MemberStore members, SideOperationStore operations, OperationSignal signal, OperationConfig config) {
        this.members = members;
        this.operations = operations;
        this.signal = signal;
        this.config = config;
    }

    /** After a change of members on a capsule whose row is locked. */
    List<OperationId> after(Tx tx, Call call, CapsuleId capsule, SharedCapsule before, SharedCapsule after)
            throws InterruptedException {
        return switch (KeyChange.between(before, after)) {
            case NONE -> List.of();
            case GAINED -> start(tx, call, List.of(capsule), false);
            case LOST -> start(tx, call, List.of(capsule), true);
        };
    }

    /** After a user's key changed, in every guest the user has access to; the user's row is locked. */
    List<OperationId> forUser(Tx tx, Call call, boolean endSessions) throws InterruptedException {
        return start(tx, call, members.lockAccessible(tx, call.caller().guid()), endSessions);
    }

    /** On an operator's word. */
    List<OperationId> forOne(Tx tx, Call call, CapsuleId locked) throws InterruptedException {
        return start(tx, call, List.of(locked), false);
    }

    /** On an operator's word. */
    List<OperationId> forAll(Tx tx, Call call) throws InterruptedException {
        return start(tx, call, members.lockAll(tx), false);
    }

    /**
     * After something led a guest back to an earlier state of it, in which it has the keys of then; what was open then
     * was cut when it was left.
     */
    public void afterReturn(Tx tx, CapsuleId capsule, String requestId) throws InterruptedException {
        operations.startKeySync(tx, List.of(capsule), true, "router", requestId, config.deadline());
        tx.afterCommit(signal::wake);
    }

    static JsonArray json(List<OperationId> operations) {
        JsonArray json = new JsonArray();
        operations.forEach(operation -> json.add(operation.toString()));
        return json;
    }

    private List<OperationId> start(Tx tx, Call call, Collection<CapsuleId> capsules, boolean endSessions)
            throws InterruptedException {
        List<OperationId> started = operations.startKeySync(
                tx, capsules, endSessions, call.caller().guid(), call.requestId(), config.deadline());
        if (!started.isEmpty()) {
            tx.afterCommit(signal::wake);
        }
        return started;
    }
}

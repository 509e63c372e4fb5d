package org.datacapsule.router.operation;

import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.http.TokenRole;

/** /v1/operations: how a command that takes time is getting on. */
public final class OperationRoutes {
    private final Database database;
    private final OperationStore operations;

    public OperationRoutes(Database database, OperationStore operations) {
        this.database = database;
        this.operations = operations;
    }

    public void register(Endpoints endpoints) {
        endpoints.serve("getOperation", this::getOperation);
    }

    private Reply getOperation(Call call) throws InterruptedException {
        OperationId id = call.parameters().parsed("id", OperationId::parse);
        boolean seesAll = call.caller().hasAny(TokenRole.OPERATOR, TokenRole.ADMIN);
        return database.read(tx -> operations.view(tx, id, call.caller().guid(), seesAll))
                .map(view -> Reply.ok(view.json()))
                .orElseThrow(() -> new ProblemException(
                        ErrorCode.OPERATION_NOT_FOUND, "There is no operation " + id + " on a capsule of yours."));
    }
}

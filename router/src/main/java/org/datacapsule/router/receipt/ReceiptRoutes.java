package org.datacapsule.router.receipt;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.router.capsule.CapsuleCommand;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.capsule.CommandCapsule;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.http.TokenRole;

/** /v1/capsules/{id}/receipts: what hosts testified of a capsule's changes of mode; also of one that is deleted. */
public final class ReceiptRoutes {
    private static final int MANY = 100;

    private final Database database;
    private final CapsuleStore capsules;
    private final ReceiptStore store;

    public ReceiptRoutes(Database database, CapsuleStore capsules, ReceiptStore store) {
        this.database = database;
        this.capsules = capsules;
        this.store = store;
    }

    public void register(Endpoints endpoints) {
        endpoints.serve("listReceipts", this::list);
    }

    private Reply list(Call call) throws InterruptedException {
        CapsuleId id = call.parameters().parsed("id", CapsuleId::parse);
        int limit = call.parameters().optionalInteger("limit").orElse(MANY);
        long before = call.parameters().position("cursor", Long.MAX_VALUE);
        List<KeptReceipt> rows = database.read(tx -> {
            requireRight(tx, call, id);
            return store.page(tx, id, before, limit + 1);
        });
        JsonArray shown = new JsonArray();
        rows.stream().limit(limit).map(ReceiptJson::of).forEach(shown::add);
        JsonObject body = new JsonObject().put(ReceiptJson.LIST, shown);
        if (rows.size() > limit) {
            body.put("nextCursor", Long.toString(rows.get(limit - 1).number()));
        }
        return Reply.ok(body);
    }

    private void requireRight(Tx tx, Call call, CapsuleId id) throws InterruptedException {
        CapsuleType type = capsules.typeOf(tx, id).orElseThrow(() -> CommandCapsule.notFound(id));
        if (!call.caller().hasAny(TokenRole.OPERATOR, TokenRole.ADMIN, TokenRole.REVIEWER)) {
            capsules.membership(tx, id, call.caller().guid())
                    .orElseThrow(() -> CommandCapsule.notFound(id))
                    .require(CapsuleCommand.SHOW, type);
        }
    }
}

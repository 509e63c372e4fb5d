package org.datacapsule.router.sharing;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.router.capsule.CapsuleCommand;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.user.UserStore;

/** addsharees: an owner lets people onto a capsule; those who are there already are passed over. */
public final class AddSharees {
    private final Idempotency idempotency;
    private final UserStore users;
    private final ChangeMembers change;
    private final DescriptionStore descriptions;
    private final SharingConfig config;

    public AddSharees(
            Idempotency idempotency,
            UserStore users,
            ChangeMembers change,
            DescriptionStore descriptions,
            SharingConfig config) {
        this.idempotency = idempotency;
        this.users = users;
        this.change = change;
        this.descriptions = descriptions;
        this.config = config;
    }

    Reply add(Call call) throws InterruptedException {
        CapsuleId id = call.parameters().parsed("vmid", CapsuleId::parse);
        List<Sharee> sharees = call.parameters().parsed("sharees", Sharees::parseJson);
        Optional<String> reason = call.parameters().optionalText("desc_shared");
        return idempotency.once(call, tx -> {
            makeKnown(tx, users, call, sharees);
            Reply reply = change.byMember(
                    tx, call, id, CapsuleCommand.ADD_SHAREES, (now, caller) -> added(now, sharees, reason));
            if (reason.isPresent()) {
                descriptions.update(tx, id, new JsonObject().put("desc_shared", reason.get()));
            }
            return reply;
        });
    }

    /** Rows for the caller and all who are named, in the one order that two callers who name each other need. */
    static void makeKnown(Tx tx, UserStore users, Call call, List<Sharee> sharees) throws InterruptedException {
        SortedMap<String, Optional<String>> emails = new TreeMap<>();
        sharees.forEach(sharee -> emails.put(sharee.guid(), sharee.email()));
        emails.put(call.caller().guid(), call.caller().email());
        users.known(tx, emails);
        users.seen(tx, call.caller());
    }

    private SharingChange added(SharedCapsule now, List<Sharee> sharees, Optional<String> reason) {
        if (now.type() == CapsuleType.RESEARCH_FULL && reason.isEmpty()) {
            throw Parameters.invalid("desc_shared", "is required: say why a capsule with full access is shared");
        }
        return AddMembers.to(now, sharees.stream().map(Sharee::guid).toList(), config.mostRoles());
    }
}

package org.datacapsule.router.capsule;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;

/** /listvms: every capsule that is not deleted, for operators. */
public final class ListCapsules {
    private static final int MB_PER_GB = 1024;

    private static final String SQL = """
            select c.id, c.type, c.state, c.mode, c.vcpus, c.memory_mb, c.created_at,
                   h.address, h.unreachable_since, h.cpus as host_cpus, h.memory_mb as host_memory_mb,
                   owner.email as owner_email, owner.user_name as owner_name,
                   (select jsonb_agg(jsonb_build_object('email', mu.email, 'full_access', m.full_access,
                        'guid', m.user_guid, 'role', m.role, 'tou', m.tou) order by m.since, m.user_guid)
                    from member m join users mu on mu.guid = m.user_guid where m.capsule_id = c.id) as roles
            from capsule c
            join host h on h.id = c.host_id
            left join member om on om.capsule_id = c.id and om.role in ('OWNER-CONTROLLER', 'OWNER')
            left join users owner on owner.guid = om.user_guid
            where c.state <> 'DELETED' and (c.created_at, c.id) > ($1, $2)
            order by c.created_at, c.id
            limit $3
            """;

    private final Database database;

    public ListCapsules(Database database) {
        this.database = database;
    }

    Reply list(Call call) throws InterruptedException {
        Page page = Page.from(call.parameters());
        List<Row> rows = database.read(tx ->
                tx.list(SQL, Tuple.of(page.after().createdAt(), page.after().id(), page.rowsToRead()), row -> row));
        JsonArray capsules = new JsonArray();
        page.shown(rows).forEach(row -> capsules.add(json(row)));
        JsonObject body = new JsonObject().put("vmsInfo", capsules);
        page.next(rows).ifPresent(cursor -> body.put("nextCursor", cursor));
        return Reply.ok(body);
    }

    private static JsonObject json(Row row) {
        return new JsonObject()
                .put("vmid", row.getUUID("id").toString())
                .put("vmState", row.getString("state"))
                .put("vmmode", row.getString("mode"))
                .put("type", row.getString("type"))
                .put("numCPUs", row.getInteger("vcpus"))
                .put("memorySize", row.getInteger("memory_mb"))
                .put("created_at", CapsuleJson.seedTime(row, "created_at"))
                .put("host", row.getString("address"))
                .put("unreachable_since", CapsuleJson.unreachableSince(row))
                .put("numHostCPUCores", row.getInteger("host_cpus"))
                .put("numHostMemoryGB", row.getInteger("host_memory_mb") / MB_PER_GB)
                .put("roles", CapsuleJson.roles(row))
                .put("userEmail", row.getString("owner_email"))
                .put("username", row.getString("owner_name"));
    }
}

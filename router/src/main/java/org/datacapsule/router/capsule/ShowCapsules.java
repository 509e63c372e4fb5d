package org.datacapsule.router.capsule;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;

/** /show: the caller's capsules, one statement however many (capsule API, "/show"). */
public final class ShowCapsules {
    private final Database database;
    private final CapsuleJson json;

    public ShowCapsules(Database database, CapsuleJson json) {
        this.database = database;
        this.json = json;
    }

    private static final String SQL = """
            select c.id, c.name, c.type, c.state, c.mode, c.vcpus, c.memory_mb, c.disk_gb, c.ssh_port, c.vnc_port,
                   c.login_user_name, c.login_secret, c.consent, c.full_access, c.title, c.desc_nature,
                   c.desc_requirement, c.desc_links, c.desc_outside_data, c.desc_shared, c.rr_data_files,
                   c.rr_result_usage, c.created_at, c.host_id, c.life_began_at, c.last_active_at, c.expiry_stage,
                   c.expiry_stage_since,
                   i.name as image_name, h.address as host_address,
                   u.tou as user_tou, u.ssh_key is not null as has_key,
                   me.role as my_role, me.full_access as my_full_access, me.tou as my_tou,
                   (select jsonb_agg(jsonb_build_object('email', mu.email, 'full_access', m.full_access,
                        'guid', m.user_guid, 'role', m.role, 'tou', m.tou) order by m.since, m.user_guid)
                    from member m join users mu on mu.guid = m.user_guid where m.capsule_id = c.id) as roles,
                   op.id as op_id, op.kind as op_kind, op.state as op_state, op.progress as op_progress,
                   op.error_code as op_error_code, op.error_detail as op_error_detail
            from member me
            join users u on u.guid = me.user_guid
            join capsule c on c.id = me.capsule_id
            join image i on i.id = c.image_id
            join host h on h.id = c.host_id
            left join operation op on op.capsule_id = c.id and op.sequence = c.sequence and op.kind <> 'SYNC_KEYS'
            where me.user_guid = $1 and c.state <> 'DELETED' and ($2::uuid is null or c.id = $2)
              and (c.created_at, c.id) > ($3, $4)
            order by c.created_at, c.id
            limit $5
            """;

    Reply show(Call call) throws InterruptedException {
        Optional<CapsuleId> only = call.parameters().optionalText("vmid").isPresent()
                ? Optional.of(call.parameters().parsed("vmid", CapsuleId::parse))
                : Optional.empty();
        Page page = Page.from(call.parameters());
        List<Row> rows = database.read(tx -> tx.list(
                SQL,
                Tuple.of(
                        call.caller().guid(),
                        only.map(CapsuleId::value).orElse(null),
                        page.after().createdAt(),
                        page.after().id(),
                        page.rowsToRead()),
                row -> row));
        if (only.isPresent() && rows.isEmpty()) {
            throw CommandCapsule.notFound(only.get());
        }
        JsonArray status = new JsonArray();
        page.shown(rows).forEach(row -> status.add(json.show(row)));
        JsonObject body = new JsonObject().put("status", status);
        page.next(rows).ifPresent(cursor -> body.put("nextCursor", cursor));
        return Reply.ok(body);
    }
}

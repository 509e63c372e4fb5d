package org.datacapsule.router.capsule;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.JsonText;
import org.datacapsule.router.http.Success;
import org.datacapsule.router.http.WrittenReply;

/** /show: the caller's capsules, one statement however many (capsule API, "/show"). */
public final class ShowCapsules {
    private final Database database;
    private final CapsuleJson json;

    public ShowCapsules(Database database, CapsuleJson json) {
        this.database = database;
        this.json = json;
    }

    /**
     * The caller's guid stands in a select of its own, so that Postgres thinks no caller special and keeps one plan: to plan a
     * statement of this many tables anew for each caller costs as much as to run it.
     */
    private static final String MINE = """
            select c.id, c.name, c.type, c.state, c.mode, c.vcpus, c.memory_mb, c.disk_gb, c.ssh_port, c.vnc_port,
                   c.login_user_name, c.login_secret, c.consent, c.full_access, c.title, c.desc_nature,
                   c.desc_requirement, c.desc_links, c.desc_outside_data, c.desc_shared, c.rr_data_files,
                   c.rr_result_usage, c.created_at, c.host_id, c.life_began_at, c.last_active_at, c.expiry_stage,
                   c.expiry_stage_since, c.image_id, c.sequence, me.role as my_role, me.full_access as my_full_access, me.tou as my_tou,
                   u.tou as user_tou, u.ssh_key is not null as has_key
            from users u
            join member me on me.user_guid = u.guid
            join capsule c on c.id = me.capsule_id
            where u.guid = (select $1::text) and c.state <> 'DELETED'
            """;

    private static final String SHOWN = """
            select c.*,
                   i.name as image_name, h.address as host_address, h.unreachable_since,
                   guids, emails, roles, full_accesses, tous,
                   op.id as op_id, op.kind as op_kind, op.state as op_state, op.progress as op_progress,
                   op.error_code as op_error_code, op.error_detail as op_error_detail,
                   mg.source_host as mg_from, mg.target_host as mg_to, mg.live as mg_live, mg.phase as mg_phase
            from mine c
            join shared on shared.capsule_id = c.id
            join image i on i.id = c.image_id
            join host h on h.id = c.host_id
            left join operation op on op.capsule_id = c.id and op.sequence = c.sequence and op.kind <> 'SYNC_KEYS'
            left join migration mg on mg.capsule_id = c.id and mg.finished_at is null
            order by c.created_at, c.id
            """;

    private static final String ALL = "with mine as (" + MINE + "), shared as ("
            + members("member", "where listed.user_guid = (select $1::text)") + ")" + SHOWN;
    private static final String ONE = "with mine as (" + MINE + "and c.id = $2 and (c.created_at, c.id) > ($3, $4)), "
            + "shared as (" + members("member", "where listed.user_guid = (select $1::text) and listed.capsule_id = $2")
            + ")" + SHOWN;

    /** The caller's capsules come first: in the order of time, everybody's would be gone through for those of the caller. */
    private static final String PAGE = "with everything as materialized (" + MINE + """
            ), mine as (
                select * from everything where (created_at, id) > ($2, $3) order by created_at, id limit $4
            ), shared as ("""
            + members("(select id as capsule_id from mine)", "") + ")" + SHOWN;

    /**
     * The members of all capsules are sorted and gathered at once, as arrays: capsule by capsule, and made JSON of in the
     * database, they cost more than all the rest.
     *
     * @param capsules the list to look them up by; where it is not {@code mine}, that is read once only, and Postgres need
     *     not keep it
     */
    private static String members(String capsules, String condition) {
        return """
            select capsule_id, array_agg(user_guid) as guids, array_agg(email) as emails, array_agg(role) as roles,
                   array_agg(full_access) as full_accesses, array_agg(tou) as tous
            from (
                select m.capsule_id, m.user_guid, mu.email, m.role, m.full_access, m.tou
                from %s listed
                join member m on m.capsule_id = listed.capsule_id
                join users mu on mu.guid = m.user_guid
                %s
                order by m.capsule_id, m.since, m.user_guid
            ) members
            group by capsule_id
            """.formatted(capsules, condition);
    }

    Success show(Call call) throws InterruptedException {
        Optional<CapsuleId> only = call.parameters().optionalText("vmid").isPresent()
                ? Optional.of(call.parameters().parsed("vmid", CapsuleId::parse))
                : Optional.empty();
        Page page = Page.from(call.parameters());
        List<Row> rows = database.read(tx -> read(tx, call.caller().guid(), only, page));
        if (only.isPresent() && rows.isEmpty()) {
            throw CommandCapsule.notFound(only.get());
        }
        return WrittenReply.ok(body -> write(rows, page, body));
    }

    private void write(List<Row> rows, Page page, JsonText body) throws IOException {
        body.list("status");
        for (Row row : page.shown(rows)) {
            json.show(row, body);
        }
        body.end();
        Optional<String> next = page.next(rows);
        if (next.isPresent()) {
            body.put("nextCursor", next.get());
        }
    }

    private static List<Row> read(Tx tx, String guid, Optional<CapsuleId> only, Page page) throws InterruptedException {
        PageCursor after = page.after();
        if (only.isPresent()) {
            Tuple one = Tuple.of(guid, only.get().value(), after.createdAt(), after.id());
            return tx.list(ONE, one, row -> row);
        }
        if (page.isWhole()) {
            return tx.list(ALL, Tuple.of(guid), row -> row);
        }
        return tx.list(PAGE, Tuple.of(guid, after.createdAt(), after.id(), page.rowsToRead()), row -> row);
    }
}

package org.datacapsule.router.result;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.capsule.CapsuleCommand;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.capsule.CommandCapsule;
import org.datacapsule.router.capsule.Membership;
import org.datacapsule.router.capsule.Page;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.http.TokenRole;

/** getvmresults, getresultinfo, and the reviewers' lists showreviewdata, showreleased and showunreleased. */
final class ShowResults {
    private static final String COLUMNS = """
            r.id, r.capsule_id, c.type, r.bytes, r.sha256, r.created_at, r.status, r.decided_at, r.comment,
            r.content_deleted_at, jsonb_array_length(r.files) as entries,
            coalesce(rv.user_name, r.reviewer) as reviewer
            """;

    private static final String OF_CAPSULE = "select " + COLUMNS + """
            from result r join capsule c on c.id = r.capsule_id
            left join users rv on rv.guid = r.reviewer
            where r.capsule_id = $1 and (r.created_at, r.id) > ($2, $3)
            order by r.created_at, r.id limit $4
            """;

    private static final String ROLES = """
            (select jsonb_agg(jsonb_build_object('email', mu.email, 'full_access', m.full_access, 'guid', m.user_guid,
                'role', m.role, 'tou', m.tou) order by m.since, m.user_guid)
             from member m join users mu on mu.guid = m.user_guid where m.capsule_id = c.id) as roles
            """;

    private static final String INFO = "select " + COLUMNS + ", " + ROLES + """
            , r.files, c.title, c.rr_data_files, c.rr_result_usage
            from result r join capsule c on c.id = r.capsule_id
            left join users rv on rv.guid = r.reviewer
            where r.id = $1
            """;

    /** A reviewer's own vote is shown to that reviewer; that there are others' is not. */
    private static final String FOR_REVIEW = "select " + COLUMNS + ", " + ROLES + """
            , owner.email as owner_email, owner.user_name as owner_name,
            exists (select from result_vote v where v.result_id = r.id and v.reviewer = $1) as mine
            from result r join capsule c on c.id = r.capsule_id
            left join users rv on rv.guid = r.reviewer
            left join member om on om.capsule_id = c.id and om.role in ('OWNER-CONTROLLER', 'OWNER')
            left join users owner on owner.guid = om.user_guid
            where not exists (select from member_ever e where e.capsule_id = r.capsule_id and e.user_guid = $1)
              and r.status = any ($2) and (r.created_at, r.id) > ($3, $4)
            order by r.created_at, r.id limit $5
            """;

    private final Database database;
    private final CapsuleStore capsules;
    private final ResultStore results;
    private final AuditLog audit;

    ShowResults(Database database, CapsuleStore capsules, ResultStore results, AuditLog audit) {
        this.database = database;
        this.capsules = capsules;
        this.results = results;
        this.audit = audit;
    }

    Reply ofCapsule(Call call) throws InterruptedException {
        CapsuleId id = call.parameters().parsed("vmid", CapsuleId::parse);
        Page page = Page.from(call.parameters());
        List<Row> rows = database.read(tx -> {
            var type = results.capsuleType(tx, id).orElseThrow(() -> CommandCapsule.notFound(id));
            capsules.membership(tx, id, call.caller().guid())
                    .orElseThrow(() -> CommandCapsule.notFound(id))
                    .require(CapsuleCommand.RESULTS, type);
            return tx.list(
                    OF_CAPSULE,
                    Tuple.of(id.value(), page.after().createdAt(), page.after().id(), page.rowsToRead()),
                    row -> row);
        });
        return Reply.ok(listed("res", rows, page, ResultJson::forMember));
    }

    Reply info(Call call) throws InterruptedException {
        ResultId id = call.parameters().parsed("resultid", ResultId::parse);
        return database.transaction(tx -> {
            Result result = results.find(tx, id).orElseThrow(() -> Result.notFound(id.toString()));
            Optional<Membership> membership =
                    capsules.membership(tx, result.capsule(), call.caller().guid());
            if (membership.isPresent()) {
                membership.get().require(CapsuleCommand.RESULTS, result.capsuleType());
            } else {
                requireReviewer(tx, call, result);
                audit.read(tx, call, Optional.of(result.capsule()), id + " sha256 " + result.sha256());
            }
            return Reply.ok(
                    tx.first(INFO, Tuple.of(id.value()), ResultJson::whole).orElseThrow());
        });
    }

    private void requireReviewer(Tx tx, Call call, Result result) throws InterruptedException {
        boolean reviewer = call.caller().hasAny(TokenRole.REVIEWER, TokenRole.ADMIN)
                && !results.wasMember(tx, result.capsule(), call.caller().guid());
        if (!reviewer) {
            throw Result.notFound(result.id().toString());
        }
    }

    /** The token's role was checked against the contract. */
    Reply forReview(Call call, List<ResultStatus> statuses) throws InterruptedException {
        Page page = Page.from(call.parameters());
        String[] wanted = statuses.stream().map(ResultStatus::name).toArray(String[]::new);
        List<Row> rows = database.transaction(tx -> {
            List<Row> found = tx.list(
                    FOR_REVIEW,
                    Tuple.of(
                            call.caller().guid(),
                            wanted,
                            page.after().createdAt(),
                            page.after().id(),
                            page.rowsToRead()),
                    row -> row);
            audit.read(tx, call, Optional.empty(), page.shown(found).size() + " results listed");
            return found;
        });
        return Reply.ok(listed("reviewInfo", rows, page, ResultJson::forReviewer));
    }

    private static JsonObject listed(
            String name, List<Row> rows, Page page, java.util.function.Function<Row, JsonObject> json) {
        JsonArray shown = new JsonArray();
        page.shown(rows).forEach(row -> shown.add(json.apply(row)));
        JsonObject body = new JsonObject().put(name, shown);
        page.next(rows).ifPresent(cursor -> body.put("nextCursor", cursor));
        return body;
    }
}

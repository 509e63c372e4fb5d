package org.datacapsule.router.sharing;

import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.router.database.Tx;

/** What a capsule's owner says of it. */
public final class DescriptionStore {

    /** Changes the columns that are there; the others stay. */
    void update(Tx tx, CapsuleId capsule, JsonObject columns) throws InterruptedException {
        String sql = """
                update capsule c set consent = d.consent, title = d.title, desc_nature = d.desc_nature,
                    desc_requirement = d.desc_requirement, desc_links = d.desc_links,
                    desc_outside_data = d.desc_outside_data, desc_shared = d.desc_shared,
                    rr_data_files = d.rr_data_files, rr_result_usage = d.rr_result_usage, updated_at = now()
                from capsule now, jsonb_populate_record(now, $2) d
                where c.id = $1 and now.id = c.id
                """;
        if (!columns.isEmpty()) {
            tx.update(sql, Tuple.of(capsule.value(), columns));
        }
    }
}

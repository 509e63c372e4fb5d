package org.datacapsule.router.host;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.placement.Demand;

/** /v1/hosts: the fleet as operators see it. */
public final class HostRoutes {
    private final Database database;
    private final SetHost set;
    private final RemoveHost remove;

    public HostRoutes(Database database, SetHost set, RemoveHost remove) {
        this.database = database;
        this.set = set;
        this.remove = remove;
    }

    public void register(Endpoints endpoints) {
        endpoints.serve("listHosts", this::listHosts).serve("setHost", set::set).serve("removeHost", remove::remove);
    }

    private Reply listHosts(Call call) throws InterruptedException {
        String sql = """
                select h.id, h.lease_until > now() as up, h.enabled, h.fence_state, h.storage_pool, h.fence_epoch,
                       case when h.fence_state = 'FENCED' then h.fenced_at
                            when h.lease_until > now() then h.up_since else h.lease_until end as since, h.version, h.address,
                       h.acceleration, h.cpus, h.memory_mb, h.disk_gb, h.last_seen, h.port_count, h.receipt_key_id, h.labels,
                       identity.ends_at as certificate_ends_at,
                       case when h.receipt_key_id is not null then h.receipt_key end as receipt_key,
                       (select count(*) from host_port p where p.host_id = h.id and p.capsule_id is null)::int as free_ports,
                       (select coalesce(array_agg(i.sha256 order by i.sha256), '{}') from host_image i
                        where i.host_id = h.id) as images,
                       used.capsules, used.vcpus, used.memory, used.disk
                from host h left join host_identity identity on identity.host_id = h.id
                cross join lateral (
                    select count(*)::int as capsules, coalesce(sum(c.vcpus), 0)::int as vcpus,
                           coalesce(sum(c.memory_mb), 0)::int as memory, %s as disk
                    from capsule c where c.host_id = h.id and c.state <> 'DELETED') used
                where h.removed_at is null
                order by h.id
                """.formatted(Demand.PROMISED_DISK);
        return database.read(tx -> {
            JsonArray hosts = new JsonArray();
            tx.list(sql, Tuple.tuple(), HostRoutes::json).forEach(hosts::add);
            return Reply.ok(new JsonObject().put("hosts", hosts));
        });
    }

    private static JsonObject json(Row row) {
        return new JsonObject()
                .put("id", row.getString("id"))
                .put("state", state(row))
                .put("since", rfc3339(row.getOffsetDateTime("since")))
                .put("storagePool", row.getString("storage_pool"))
                .put("fenceEpoch", row.getLong("fence_epoch"))
                .put("enabled", row.getBoolean("enabled"))
                .put("version", row.getString("version"))
                .put("address", row.getString("address"))
                .put("acceleration", row.getString("acceleration"))
                .put("capacity", resources(row, "cpus", "memory_mb", "disk_gb"))
                .put("allocated", resources(row, "vcpus", "memory", "disk"))
                .put("capsules", row.getInteger("capsules"))
                .put(
                        "ports",
                        new JsonObject()
                                .put("total", row.getInteger("port_count"))
                                .put("free", row.getInteger("free_ports")))
                .put("images", texts(row, "images"))
                .put("receiptKeyId", row.getString("receipt_key_id"))
                .put("receiptKey", row.getString("receipt_key"))
                .put("labels", texts(row, "labels"))
                .put(
                        "certificateEndsAt",
                        Optional.ofNullable(row.getOffsetDateTime("certificate_ends_at"))
                                .map(HostRoutes::rfc3339)
                                .orElse(null))
                .put("lastSeen", rfc3339(row.getOffsetDateTime("last_seen")));
    }

    private static JsonArray texts(Row row, String column) {
        return new JsonArray(List.of(row.getArrayOfStrings(column)));
    }

    private static String state(Row row) {
        String fence = row.getString("fence_state");
        if (fence != null) {
            return fence;
        }
        return row.getBoolean("up") ? "UP" : "DOWN";
    }

    private static JsonObject resources(Row row, String cpus, String memory, String disk) {
        return new JsonObject()
                .put("cpus", row.getInteger(cpus))
                .put("memoryMb", row.getInteger(memory))
                .put("diskGb", row.getInteger(disk));
    }

    private static String rfc3339(OffsetDateTime time) {
        return time.truncatedTo(ChronoUnit.MILLIS).toInstant().toString();
    }
}

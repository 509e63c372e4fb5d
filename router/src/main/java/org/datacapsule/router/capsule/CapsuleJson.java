package org.datacapsule.router.capsule;

import io.vertx.core.json.JsonArray;
import io.vertx.sqlclient.Row;
import java.io.IOException;
import java.time.ZoneOffset;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.router.http.JsonText;
import org.datacapsule.router.http.SeedTime;
import org.datacapsule.router.lifetime.ExpiryStage;
import org.datacapsule.router.lifetime.Lifetime;
import org.datacapsule.router.lifetime.LifetimeRule;
import org.jspecify.annotations.Nullable;

/** A capsule's row as the seed's JSON. */
public final class CapsuleJson {
    private final LoginSecret secrets;
    private final LifetimeRule lifetime;

    public CapsuleJson(LoginSecret secrets, LifetimeRule lifetime) {
        this.secrets = secrets;
        this.lifetime = lifetime;
    }

    /** Writes an element of /show's {@code status}; redacted for a caller who may not query the capsule yet. */
    void show(Row row, JsonText json) throws IOException {
        json.object();
        if (mayQuery(row)) {
            whole(row, json);
        } else {
            redacted(row, json);
        }
        json.end();
    }

    public static String seedTime(Row row, String column) {
        return SeedTime.text(row.getOffsetDateTime(column));
    }

    /** Since when its host has not been heard of: what is said of the capsule is of before. */
    static @Nullable String unreachableSince(Row row) {
        return row.getOffsetDateTime("unreachable_since") == null ? null : seedTime(row, "unreachable_since");
    }

    private @Nullable String expiresAt(Row row) {
        Lifetime life = new Lifetime(
                CapsuleType.parse(row.getString("type")),
                row.getOffsetDateTime("life_began_at").toInstant(),
                row.getOffsetDateTime("last_active_at").toInstant(),
                ExpiryStage.valueOf(row.getString("expiry_stage")),
                row.getOffsetDateTime("expiry_stage_since").toInstant());
        return lifetime.end(life)
                .map(end -> SeedTime.text(end.atOffset(ZoneOffset.UTC)))
                .orElse(null);
    }

    private static boolean mayQuery(Row row) {
        boolean fullAccessNeeded = row.getString("type").equals(CapsuleType.RESEARCH_FULL.wireName());
        return row.getBoolean("my_tou") && (!fullAccessNeeded || Boolean.TRUE.equals(row.getBoolean("my_full_access")));
    }

    private void whole(Row row, JsonText json) throws IOException {
        CapsuleId id = new CapsuleId(row.getUUID("id"));
        String password = secrets.open(id, row.getBuffer("login_secret").getBytes());
        String login = row.getString("login_user_name");
        json.put("vmid", id.toString())
                .put("vmname", row.getString("name"))
                .put("state", row.getString("state"))
                .put("mode", row.getString("mode"))
                .put("type", row.getString("type"))
                .put("vcpus", row.getInteger("vcpus"))
                .put("memSize", row.getInteger("memory_mb"))
                .put("volumeSize", row.getInteger("disk_gb"))
                .put("imageName", row.getString("image_name"))
                .put("host", row.getString("host_id"))
                .put("publicip", row.getString("host_address"))
                .put("sshport", row.getInteger("ssh_port"))
                .put("vncport", row.getInteger("vnc_port"))
                .put("vncloginId", login)
                .put("vncloginPassword", password)
                .put("vmInitialLoginId", login)
                .put("vmInitialLoginPassword", password)
                .put("pubKeyExists", row.getBoolean("has_key"))
                .put("tou", row.getBoolean("user_tou"))
                .put("vm_tou", row.getBoolean("my_tou"))
                .put("consent", row.getBoolean("consent"))
                .put("full_access", row.getBoolean("full_access"))
                .put("title", row.getString("title"))
                .put("desc_nature", row.getString("desc_nature"))
                .put("desc_requirement", row.getString("desc_requirement"))
                .put("desc_links", row.getString("desc_links"))
                .put("desc_outside_data", row.getString("desc_outside_data"))
                .put("desc_shared", row.getString("desc_shared"))
                .put("rr_data_files", row.getString("rr_data_files"))
                .put("rr_result_usage", row.getString("rr_result_usage"))
                .put("created_at", seedTime(row, "created_at"))
                .put("expires_at", expiresAt(row))
                .put("unreachable_since", unreachableSince(row))
                .put("role", row.getString("my_role"))
                .put("user_full_access", row.getBoolean("my_full_access"));
        members(row, json);
        operation(row, json);
        migration(row, json);
    }

    /** Only that it is there and who is on it: strings empty, numbers -1. */
    private static void redacted(Row row, JsonText json) throws IOException {
        for (String name : new String[] {
            "vmname",
            "type",
            "imageName",
            "host",
            "publicip",
            "vncloginId",
            "vncloginPassword",
            "vmInitialLoginId",
            "vmInitialLoginPassword",
            "title",
            "desc_nature",
            "desc_requirement",
            "desc_links",
            "desc_outside_data",
            "desc_shared",
            "rr_data_files",
            "rr_result_usage"
        }) {
            json.put(name, "");
        }
        for (String name : new String[] {"vcpus", "memSize", "volumeSize", "sshport", "vncport"}) {
            json.put(name, -1);
        }
        json.put("vmid", row.getUUID("id").toString())
                .put("state", CapsuleMode.NOT_DEFINED.name())
                .put("mode", CapsuleMode.NOT_DEFINED.name())
                .put("pubKeyExists", row.getBoolean("has_key"))
                .put("tou", row.getBoolean("user_tou"))
                .put("vm_tou", row.getBoolean("my_tou"))
                .putNull("consent")
                .put("full_access", row.getBoolean("full_access"))
                .put("created_at", seedTime(row, "created_at"))
                .putNull("expires_at")
                .putNull("unreachable_since")
                .put("role", row.getString("my_role"))
                .put("user_full_access", row.getBoolean("my_full_access"))
                .putNull("operation")
                .putNull("migration");
        members(row, json);
    }

    private static void members(Row row, JsonText json) throws IOException {
        String[] guids = row.getArrayOfStrings("guids");
        @Nullable String[] emails = row.getArrayOfStrings("emails");
        String[] roles = row.getArrayOfStrings("roles");
        @Nullable Boolean[] fullAccesses = row.getArrayOfBooleans("full_accesses");
        Boolean[] terms = row.getArrayOfBooleans("tous");
        json.list("roles");
        for (int member = 0; member < guids.length; member++) {
            json.object()
                    .put("guid", guids[member])
                    .put("email", emails[member])
                    .put("role", roles[member])
                    .put("full_access", fullAccesses[member])
                    .put("tou", terms[member])
                    .end();
        }
        json.end();
    }

    public static JsonArray roles(Row row) {
        JsonArray roles = row.getJsonArray("roles");
        return roles == null ? new JsonArray() : roles;
    }

    private static void operation(Row row, JsonText json) throws IOException {
        json.object("operation")
                .put("id", row.getUUID("op_id").toString())
                .put("kind", row.getString("op_kind"))
                .put("status", row.getString("op_state"))
                .put("progress", row.getInteger("op_progress"));
        String code = row.getString("op_error_code");
        if (code == null) {
            json.putNull("error");
        } else {
            json.object("error")
                    .put("code", code)
                    .put("description", row.getString("op_error_detail"))
                    .end();
        }
        json.end();
    }

    private static void migration(Row row, JsonText json) throws IOException {
        String to = row.getString("mg_to");
        if (to == null) {
            json.putNull("migration");
            return;
        }
        json.object("migration")
                .put("from", row.getString("mg_from"))
                .put("to", to)
                .put("live", row.getBoolean("mg_live"))
                .put("phase", row.getString("mg_phase"))
                .end();
    }
}

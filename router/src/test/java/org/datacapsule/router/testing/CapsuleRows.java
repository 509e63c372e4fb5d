package org.datacapsule.router.testing;

import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** Puts capsules into whatever state a test needs, row by row, without an agent; nothing is ever delivered to them. */
public final class CapsuleRows {
    private final TestRouter router;

    public CapsuleRows(TestRouter router) throws Exception {
        this.router = router;
        router.execute("""
                insert into users (guid, tou) values ('image-owner', true);
                insert into image (id, name, is_public, owner, status, sha256)
                    values ('00000000-0000-4000-8000-000000000001', 'rows', true, 'image-owner', 'ACTIVE', 'ab');
                insert into host (id, incarnation, version, address, acceleration, cpus, memory_mb, disk_gb, ssh_first,
                    vnc_first, port_count, guest_network, lease_until)
                    values ('rows', gen_random_uuid(), 'test', '127.0.0.1', 'none', 64, 65536, 1000, 20000, 6000, 100,
                            '10.90.0.0/16', now());
                create function not_due() returns trigger language plpgsql as
                    'begin new.due_at = now() + interval ''1 day''; return new; end';
                create trigger not_due before insert on operation for each row execute function not_due();
                """);
    }

    /**
     * A member's row in words.
     *
     * @param fullAccess SQL: null, false or true
     */
    public record Row(String role, boolean tou, String fullAccess) {
        public static Row of(String role) {
            return new Row(role, true, "null");
        }
    }

    /** @param fullAccess SQL: null, false or true */
    public String insert(String type, String fullAccess, String state, String mode, Map<String, Row> members)
            throws Exception {
        String id = UUID.randomUUID().toString();
        String users = members.keySet().stream()
                .map(guid -> "('" + guid + "', '" + guid + "@example.org')")
                .collect(Collectors.joining(", "));
        String rows = members.entrySet().stream()
                .map(entry -> "('%s', '%s', '%s', %s, %s)"
                        .formatted(
                                id,
                                entry.getKey(),
                                entry.getValue().role(),
                                entry.getValue().fullAccess(),
                                entry.getValue().tou()))
                .collect(Collectors.joining(", "));
        router.execute("""
                insert into users (guid, email) values %s on conflict do nothing;
                insert into capsule (id, name, type, state, mode, vcpus, memory_mb, disk_gb, image_id, host_id, ssh_port,
                    vnc_port, guest_slot, login_user_name, login_secret, full_access)
                values ('%s', 'rows', '%s', '%s', '%s', 1, 256, 10, '00000000-0000-4000-8000-000000000001', 'rows', 20000,
                    6000, 1, 'researcher', '', %s);
                insert into member (capsule_id, user_guid, role, full_access, tou) values %s;
                insert into file_lineage (kind, capsule_id, tainted) values ('DISK', '%2$s', false);
                """.formatted(users, id, type, state, mode, fullAccess, rows));
        return id;
    }

    /** The members as {@code guid role full_access tou}, sorted, one a line. */
    public String members(String capsule) throws Exception {
        return router.sql("""
                select coalesce(string_agg(user_guid || ' ' || role || ' ' || coalesce(full_access::text, '-') || ' ' || tou,
                    E'\\n' order by user_guid), '') from member where capsule_id = '%s'
                """.formatted(capsule));
    }
}

package org.datacapsule.router.host;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.ImageSource;
import org.datacapsule.common.wire.ImageStock;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.placement.Candidate;
import org.datacapsule.router.placement.Demand;
import org.datacapsule.router.placement.ImageReach;

/** Rows of hosts, what they have, and what of it is promised. */
public final class HostStore {
    private final Predicate<Sha256> stored;

    /** Of a cluster without an image store. */
    public HostStore() {
        this(image -> false);
    }

    /** @param stored whether the image store has content */
    public HostStore(Predicate<Sha256> stored) {
        this.stored = stored;
    }

    /**
     * Renews the lease of a host that is known in this incarnation and with this key, was not away, and is not fenced; answers
     * false when it is anything else.
     */
    boolean renew(Tx tx, Heartbeat heartbeat, Duration lease) throws InterruptedException {
        String sql = """
                update host set last_seen = now(), lease_until = now() + $3 * interval '1 millisecond'
                where id = $1 and incarnation = $2 and receipt_key = $4 and removed_at is null
                  and unreachable_since is null and fence_state is null
                """;
        Tuple arguments =
                Tuple.of(heartbeat.host().value(), heartbeat.incarnation(), lease.toMillis(), heartbeat.receiptKey());
        return tx.update(sql, arguments) == 1;
    }

    /** Registers a host, or writes down what its agent says after a start. */
    void register(Tx tx, Heartbeat heartbeat, Optional<String> receiptKeyId, Duration lease)
            throws InterruptedException {
        String sql = """
                insert into host (id, incarnation, version, address, acceleration, cpus, memory_mb, disk_gb,
                                  ssh_first, vnc_first, port_count, guest_network, receipt_key, receipt_key_id,
                                  lease_until, storage_pool, image_directory, image_door_address, image_door_port)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
                        now() + $15 * interval '1 millisecond', $16, $17, $18, $19)
                on conflict (id) do update set incarnation = excluded.incarnation, version = excluded.version,
                    address = excluded.address, acceleration = excluded.acceleration, cpus = excluded.cpus,
                    memory_mb = excluded.memory_mb, disk_gb = excluded.disk_gb, ssh_first = excluded.ssh_first,
                    vnc_first = excluded.vnc_first, port_count = excluded.port_count,
                    guest_network = excluded.guest_network, receipt_key = excluded.receipt_key,
                    receipt_key_id = excluded.receipt_key_id, last_seen = now(), lease_until = excluded.lease_until,
                    storage_pool = excluded.storage_pool, image_directory = excluded.image_directory,
                    image_door_address = excluded.image_door_address, image_door_port = excluded.image_door_port,
                    up_since = case when host.lease_until < now() then now() else host.up_since end,
                    enabled = host.enabled or host.removed_at is not null, removed_at = null
                """;
        Capacity capacity = heartbeat.capacity();
        Optional<ImageSource> door = heartbeat.imageStock().flatMap(ImageStock::door);
        tx.update(
                sql,
                Tuple.from(Arrays.asList(
                        heartbeat.host().value(),
                        heartbeat.incarnation(),
                        heartbeat.version(),
                        heartbeat.address(),
                        heartbeat.acceleration(),
                        capacity.cpus(),
                        capacity.memoryMb(),
                        capacity.diskGb(),
                        heartbeat.ports().sshFirst(),
                        heartbeat.ports().vncFirst(),
                        heartbeat.ports().count(),
                        heartbeat.guestNetwork().cidr(),
                        heartbeat.receiptKey(),
                        receiptKeyId.orElse(null),
                        lease.toMillis(),
                        heartbeat.storagePool().orElse(null),
                        heartbeat.imageStock().map(ImageStock::directory).orElse(null),
                        door.map(ImageSource::address).orElse(null),
                        door.map(ImageSource::port).orElse(null))));
    }

    /** Until the transaction ends the host is neither fenced nor readmitted by anybody else; answers whether it is known. */
    boolean lock(Tx tx, HostId host) throws InterruptedException {
        return tx.first("select from host where id = $1 for no key update", Tuple.of(host.value()), row -> true)
                .orElse(false);
    }

    /** Whether it counts as off, or may be about to; what is asked of its capsules is refused meanwhile. */
    public boolean isFenced(Tx tx, HostId host) throws InterruptedException {
        return tx.first(
                        "select from host where id = $1 and fence_state is not null",
                        Tuple.of(host.value()),
                        row -> true)
                .orElse(false);
    }

    /** Writes down that one host whose lease is over is away; empty when there is none that nobody has noticed. */
    Optional<HostId> noticeSilent(Tx tx) throws InterruptedException {
        String sql = """
                update host set unreachable_since = lease_until
                where id = (select id from host where lease_until < now() and unreachable_since is null
                            order by lease_until limit 1 for no key update skip locked)
                returning id
                """;
        return tx.first(sql, Tuple.tuple(), row -> new HostId(row.getString("id")));
    }

    /** Remembers a key for good; answers whether it is new. */
    boolean rememberReceiptKey(Tx tx, HostId host, String keyId, String publicKey) throws InterruptedException {
        String sql = """
                insert into host_receipt_key (host_id, key_id, public_key) values ($1, $2, $3) on conflict do nothing
                """;
        return tx.update(sql, Tuple.of(host.value(), keyId, publicKey)) == 1;
    }

    /** Makes the host's port rows fit its range; a pair a capsule holds stays until the capsule goes. */
    void fitPorts(Tx tx, Heartbeat heartbeat) throws InterruptedException {
        String drop = """
                delete from host_port p using host h
                where h.id = $1 and p.host_id = h.id and p.capsule_id is null
                  and not (p.ssh_port between h.ssh_first and h.ssh_first + h.port_count - 1
                           and p.vnc_port - h.vnc_first = p.ssh_port - h.ssh_first)
                """;
        String add = """
                insert into host_port (host_id, ssh_port, vnc_port)
                select h.id, h.ssh_first + n, h.vnc_first + n
                from host h, generate_series(0, h.port_count - 1) as n where h.id = $1
                on conflict do nothing
                """;
        tx.update(drop, Tuple.of(heartbeat.host().value()));
        tx.update(add, Tuple.of(heartbeat.host().value()));
    }

    /** Every host as placement sees it, for a capsule from this image and of this owner. */
    public List<Candidate> candidates(Tx tx, Demand demand) throws InterruptedException {
        return tx.list(
                CANDIDATES + "where h.removed_at is null order by h.id",
                Tuple.of(demand.image().hex(), demand.owner(), stored.test(demand.image())),
                HostStore::candidate);
    }

    /** The first of these whose row nobody has locked; it is locked now. */
    public Optional<HostId> lockIdle(Tx tx, List<HostId> hosts) throws InterruptedException {
        String sql = """
                select id from host where id = any ($1) order by array_position($1, id) limit 1
                for no key update skip locked
                """;
        return tx.first(
                sql,
                Tuple.of(hosts.stream().map(HostId::value).toArray(String[]::new)),
                row -> new HostId(row.getString("id")));
    }

    /** One host, its row locked so that its free room is this transaction's to give away. */
    public Optional<Candidate> lockCandidate(Tx tx, HostId host, Sha256 image) throws InterruptedException {
        // The lock is a statement of its own: the sums below must be taken after it was granted, not before.
        tx.first("select id from host where id = $1 for no key update", Tuple.of(host.value()), row -> true);
        return candidate(tx, host, image);
    }

    /** The same of a host whose row this transaction has locked already. */
    public Optional<Candidate> candidate(Tx tx, HostId host, Sha256 image) throws InterruptedException {
        return tx.first(
                CANDIDATES + "where h.removed_at is null and h.id = $4",
                Tuple.of(image.hex(), (String) null, stored.test(image), host.value()),
                HostStore::candidate);
    }

    /** Whether its agent has been heard of within its lease. */
    public boolean isUp(Tx tx, HostId host) throws InterruptedException {
        return tx.first("select from host where id = $1 and lease_until > now()", Tuple.of(host.value()), row -> true)
                .orElse(false);
    }

    /** Whether new capsules are placed on it; answers false when there is no such host. */
    public boolean enable(Tx tx, HostId host, boolean enabled) throws InterruptedException {
        return tx.update(
                        "update host set enabled = $2 where id = $1 and removed_at is null",
                        Tuple.of(host.value(), enabled))
                == 1;
    }

    /** What operators say of it; answers false when there is no such host. */
    boolean label(Tx tx, HostId host, List<String> labels) throws InterruptedException {
        return tx.update(
                        "update host set labels = $2 where id = $1 and removed_at is null",
                        Tuple.of(host.value(), (Object) labels.toArray(String[]::new)))
                == 1;
    }

    /** The refusal of a name that no host has. */
    public static ProblemException noSuchHost(HostId host) {
        return new ProblemException(
                ErrorCode.HOST_NOT_FOUND, "There is no host " + host + "; /v1/hosts lists those there are.");
    }

    private static final String CANDIDATES = """
            select h.id, h.lease_until > now() as up, h.enabled, h.guest_network, h.cpus, h.memory_mb, h.disk_gb,
                   case when exists (select from host_image i where i.host_id = h.id and i.sha256 = $1) then 'HERE'
                        when h.image_directory is not null and ($3 or exists (
                            select from host_image i join host s on s.id = i.host_id
                            where i.sha256 = $1 and s.image_door_address is not null and s.lease_until > now()
                              and s.removed_at is null and s.fence_state is null)) then 'ELSEWHERE'
                        else 'NOWHERE' end as image,
                   promised.vcpus, promised.memory as promised_memory, promised.disk as promised_disk,
                   (select count(*) from (select from host_port p where p.host_id = h.id and p.capsule_id is null
                    limit 1) one)::int as free_ports,
                   h.labels, coalesce(of_owner.capsules, 0) as of_owner
            from host h cross join lateral (
                select coalesce(sum(c.vcpus), 0)::int as vcpus, coalesce(sum(c.memory_mb), 0)::int as memory,
                       %s as disk
                from (select * from capsule where host_id = h.id and state <> 'DELETED'
                      union all
                      select on_its_way.* from migration m join capsule on_its_way on on_its_way.id = m.capsule_id
                      where m.target_host = h.id and m.finished_at is null) c) promised
            left join (
                select c.host_id, count(*)::int as capsules
                from member m join capsule c on c.id = m.capsule_id
                where m.user_guid = $2 and m.role in ('OWNER-CONTROLLER', 'OWNER') and c.state <> 'DELETED'
                group by c.host_id) of_owner on of_owner.host_id = h.id
            """.formatted(Demand.PROMISED_DISK);

    private static Candidate candidate(Row row) {
        return new Candidate(
                new HostId(row.getString("id")),
                row.getBoolean("up"),
                row.getBoolean("enabled"),
                ImageReach.valueOf(row.getString("image")),
                row.getString("guest_network"),
                new Capacity(row.getInteger("cpus"), row.getInteger("memory_mb"), row.getInteger("disk_gb")),
                new Capacity(
                        row.getInteger("vcpus"), row.getInteger("promised_memory"), row.getInteger("promised_disk")),
                row.getInteger("free_ports"),
                Set.of(row.getArrayOfStrings("labels")),
                row.getInteger("of_owner"));
    }
}

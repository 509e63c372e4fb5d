package org.datacapsule.router.host;

import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Optional;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.router.database.Tx;

/** Hands out port pairs and guest addresses: rows that exist beforehand, one holder each. */
public final class PortStore {

    /** The lowest free pair of the host; concurrent transactions skip each other's. */
    public Optional<PortPair> takePorts(Tx tx, HostId host, CapsuleId capsule) throws InterruptedException {
        String sql = """
                update host_port set capsule_id = $2
                where (host_id, ssh_port) = (
                    select host_id, ssh_port from host_port where host_id = $1 and capsule_id is null
                      and (blocked_until is null or blocked_until < now())
                    order by ssh_port limit 1 for update skip locked)
                returning ssh_port, vnc_port
                """;
        return tx.first(
                sql,
                Tuple.of(host.value(), capsule.value()),
                row -> new PortPair(row.getInteger("ssh_port"), row.getInteger("vnc_port")));
    }

    /**
     * Another pair of the same host in place of the capsule's, of which a port is taken by somebody else; that one is not given
     * out for {@code rest}. Empty, and nothing changed, when the host has no other.
     */
    public Optional<PortPair> exchange(Tx tx, HostId host, CapsuleId capsule, Duration rest)
            throws InterruptedException {
        return tx.attempt(() -> {
            String block = """
                    update host_port set capsule_id = null, blocked_until = now() + $3 * interval '1 millisecond'
                    where host_id = $1 and capsule_id = $2
                    """;
            tx.update(block, Tuple.of(host.value(), capsule.value(), rest.toMillis()));
            return takePorts(tx, host, capsule);
        });
    }

    /** This very pair, when the host has it and nobody holds it. */
    public boolean takePorts(Tx tx, HostId host, CapsuleId capsule, PortPair pair) throws InterruptedException {
        String sql = """
                update host_port set capsule_id = $4
                where host_id = $1 and ssh_port = $2 and vnc_port = $3 and capsule_id is null
                """;
        return tx.update(sql, Tuple.of(host.value(), pair.ssh(), pair.vnc(), capsule.value())) == 1;
    }

    /** A free address of the capsule network. */
    public Optional<Integer> takeGuestSlot(Tx tx, CapsuleId capsule) throws InterruptedException {
        String sql = """
                update guest_slot set capsule_id = $1
                where slot = (select slot from guest_slot where capsule_id is null
                              order by slot limit 1 for update skip locked)
                returning slot
                """;
        return tx.first(sql, Tuple.of(capsule.value()), row -> row.getInteger("slot"));
    }

    /** Gives back all a capsule held, once nothing of it is left; where something is to be removed yet, that gives them back. */
    public void release(Tx tx, CapsuleId capsule) throws InterruptedException {
        String sql = """
                update host_port set capsule_id = null
                where capsule_id = $1 and host_id not in (
                    select host_id from eviction where capsule_id = $1 and work <> 'DISCARD')
                """;
        tx.update(sql, Tuple.of(capsule.value()));
        tx.update("update guest_slot set capsule_id = null where capsule_id = $1", Tuple.of(capsule.value()));
    }

    /** Gives back what it held on one host, which is not its home. */
    public void release(Tx tx, CapsuleId capsule, HostId host) throws InterruptedException {
        tx.update(
                "update host_port set capsule_id = null where capsule_id = $1 and host_id = $2",
                Tuple.of(capsule.value(), host.value()));
    }

    /** Makes a row for every address of the network; addresses past a smaller one are dropped unless held. */
    public void fitGuestSlots(Tx tx, int slots) throws InterruptedException {
        int rows = tx.first(
                        "select count(*)::int as rows from guest_slot", Tuple.tuple(), row -> row.getInteger("rows"))
                .orElseThrow();
        if (rows == slots) {
            return;
        }
        tx.update(
                "insert into guest_slot (slot) select generate_series(0, $1 - 1) on conflict do nothing",
                Tuple.of(slots));
        tx.update("delete from guest_slot where slot >= $1 and capsule_id is null", Tuple.of(slots));
    }
}

package org.datacapsule.router.identity;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.common.bus.Callers.Caller;
import org.datacapsule.common.certificate.EllipticKeys;
import org.datacapsule.common.id.HostId;
import org.datacapsule.router.database.Tx;

/** Rows of what hosts prove themselves with. */
public final class IdentityStore {
    private final CertificateStore certificates = new CertificateStore();

    /** A key that a host may sign with. */
    sealed interface Known {
        IssuedKey issued();

        /** The one it has. */
        record Current(IssuedKey issued) implements Known {}

        /** One of a renewal; the first report signed with it makes it the current one. */
        record Next(IssuedKey issued) implements Known {}
    }

    /** The host's key of this id, if it may sign with it. */
    Optional<Known> key(Tx tx, HostId host, String keyId) throws InterruptedException {
        String sql = """
                select key_id = $2 as is_current, public_key, ends_at, next_public_key, next_ends_at
                from host_identity where host_id = $1 and (key_id = $2 or next_key_id = $2)
                """;
        return tx.first(sql, Tuple.of(host.value(), keyId), IdentityStore::known);
    }

    /** Those of these whose key is the host's, or is to be. */
    Set<Caller> known(Tx tx, Set<Caller> asking) throws InterruptedException {
        String sql = """
                select host_id, key_id from host_identity where host_id = any($1) and ends_at > now()
                union all
                select host_id, next_key_id from host_identity
                where host_id = any($1) and next_key_id is not null and next_ends_at > now()
                """;
        String[] hosts =
                asking.stream().map(caller -> caller.host().value()).distinct().toArray(String[]::new);
        Set<Caller> known = new HashSet<>(tx.list(
                sql,
                Tuple.of(hosts),
                row -> new Caller(new HostId(row.getString("host_id")), row.getString("key_id"))));
        known.retainAll(asking);
        return known;
    }

    /** The host has these and nothing of what it was given before; answers the id of the key it had. */
    Optional<String> replace(Tx tx, HostId host, List<String> addresses, Issued issued) throws InterruptedException {
        Optional<String> before = tx.first(
                "select key_id from host_identity where host_id = $1 for update",
                Tuple.of(host.value()),
                row -> row.getString("key_id"));
        String sql = """
                insert into host_identity (host_id, addresses, public_key, key_id, ends_at) values ($1, $2, $3, $4, $5)
                on conflict (host_id) do update set addresses = excluded.addresses, public_key = excluded.public_key,
                    key_id = excluded.key_id, ends_at = excluded.ends_at, issued_at = now(), next_public_key = null,
                    next_key_id = null, next_ends_at = null, beat_at = null
                """;
        tx.update(
                sql,
                Tuple.of(
                        host.value(),
                        addresses.toArray(String[]::new),
                        issued.key().text(),
                        issued.key().id(),
                        issued.key().endsAt().atOffset(ZoneOffset.UTC)));
        certificates.revoke(tx, host);
        note(tx, host, issued);
        return before;
    }

    /** The addresses in the host's certificate. */
    Optional<List<String>> addresses(Tx tx, HostId host) throws InterruptedException {
        return tx.first(
                "select addresses from host_identity where host_id = $1 for update",
                Tuple.of(host.value()),
                row -> List.of(row.getArrayOfStrings("addresses")));
    }

    /**
     * A key that is good beside the current one, until a report comes that is signed with it. The certificates of before last until
     * their end: a libvirtd that has not read the new ones yet goes on with them.
     */
    void renew(Tx tx, HostId host, Issued issued) throws InterruptedException {
        tx.update(
                "update host_identity set next_public_key = $2, next_key_id = $3, next_ends_at = $4 where host_id = $1",
                Tuple.of(
                        host.value(),
                        issued.key().text(),
                        issued.key().id(),
                        issued.key().endsAt().atOffset(ZoneOffset.UTC)));
        note(tx, host, issued);
    }

    private void note(Tx tx, HostId host, Issued issued) throws InterruptedException {
        certificates.forgetEnded(tx);
        certificates.insert(tx, host, issued);
    }

    /** The key of the renewal is the host's only one from now on. */
    void promote(Tx tx, HostId host, String keyId) throws InterruptedException {
        String sql = """
                update host_identity set public_key = next_public_key, key_id = next_key_id, ends_at = next_ends_at,
                    issued_at = now(), next_public_key = null, next_key_id = null, next_ends_at = null
                where host_id = $1 and next_key_id = $2
                """;
        tx.update(sql, Tuple.of(host.value(), keyId));
    }

    /** Notes when a heartbeat was sent; answers false when one was as new. */
    public boolean isNewest(Tx tx, HostId host, Instant sentAt) throws InterruptedException {
        String sql = """
                update host_identity set beat_at = $2 where host_id = $1 and (beat_at is null or beat_at < $2)
                """;
        return tx.update(sql, Tuple.of(host.value(), sentAt.atOffset(ZoneOffset.UTC))) == 1;
    }

    /**
     * The host cannot prove itself any more, to routers or to other hosts; answers how many certificates it had that would have
     * lasted. In this order: who joins or renews meanwhile holds a token or an identity, and is waited for.
     */
    public int remove(Tx tx, HostId host) throws InterruptedException {
        tx.update("delete from join_token where host_id = $1", Tuple.of(host.value()));
        tx.update("delete from host_identity where host_id = $1", Tuple.of(host.value()));
        return certificates.revoke(tx, host);
    }

    private static Known known(Row row) {
        return row.getBoolean("is_current")
                ? new Known.Current(issued(row, "public_key", "ends_at"))
                : new Known.Next(issued(row, "next_public_key", "next_ends_at"));
    }

    private static IssuedKey issued(Row row, String key, String end) {
        return new IssuedKey(
                EllipticKeys.parsePublic(row.getString(key)),
                row.getOffsetDateTime(end).toInstant());
    }
}

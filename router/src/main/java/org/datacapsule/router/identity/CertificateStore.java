package org.datacapsule.router.identity;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.certificate.RevocationList;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.signing.ReportVerifier;
import org.datacapsule.router.database.Tx;

/** Rows of certificates that hosts were given and that last, good ones and revoked ones. */
final class CertificateStore {
    private static final String MEMBERS = "members";
    private static final String LINKS = "links";
    private static final int HEX = 16;

    /**
     * Those that are revoked, as of one moment.
     *
     * @param number another, and greater, whenever there are others
     * @param gone hosts that have nothing else
     */
    record Revoked(
            long number, List<RevocationList.Revoked> members, List<RevocationList.Revoked> links, List<HostId> gone) {}

    void insert(Tx tx, HostId host, Issued issued) throws InterruptedException {
        insert(tx, MEMBERS, host, issued.member());
        insert(tx, LINKS, host, issued.link());
    }

    private static void insert(Tx tx, String authority, HostId host, X509Certificate certificate)
            throws InterruptedException {
        String sql = """
                insert into host_certificate (authority, serial, host_id, key_id, ends_at) values ($1, $2, $3, $4, $5)
                """;
        tx.update(
                sql,
                Tuple.of(
                        authority,
                        certificate.getSerialNumber().toString(HEX),
                        host.value(),
                        ReportVerifier.keyId(certificate.getPublicKey()),
                        certificate.getNotAfter().toInstant().atOffset(ZoneOffset.UTC)));
    }

    /**
     * None of what the host was given so far is good any more; answers how many there were. The number of the lists goes with the
     * time, so that it grows even where the database was put back to a state of before.
     */
    int revoke(Tx tx, HostId host) throws InterruptedException {
        String sql = """
                update host_certificate set revoked_at = now()
                where host_id = $1 and revoked_at is null and ends_at > now()
                """;
        int revoked = tx.update(sql, Tuple.of(host.value()));
        if (revoked > 0) {
            tx.update("""
                    update revocation
                    set number = greatest(number + 1, (extract(epoch from clock_timestamp()) * 1000)::bigint)
                    """, Tuple.tuple());
        }
        return revoked;
    }

    /** Of those that are revoked. */
    long number(Tx tx) throws InterruptedException {
        return tx.first("select number from revocation", Tuple.tuple(), row -> row.getLong("number"))
                .orElseThrow();
    }

    /** In one statement, so that number and rows are of one moment; hosts that went since may be among those that are gone. */
    Revoked revoked(Tx tx) throws InterruptedException {
        String sql = """
                select number, authority, serial, revoked_at
                from revocation left join host_certificate on revoked_at is not null
                order by authority, serial
                """;
        List<RevocationList.Revoked> members = new ArrayList<>();
        List<RevocationList.Revoked> links = new ArrayList<>();
        List<Long> numbers = tx.list(sql, Tuple.tuple(), row -> {
            Optional.ofNullable(row.getString("authority"))
                    .ifPresent(authority -> (authority.equals(MEMBERS) ? members : links).add(revoked(row)));
            return row.getLong("number");
        });
        return new Revoked(numbers.getFirst(), members, links, gone(tx));
    }

    private static List<HostId> gone(Tx tx) throws InterruptedException {
        String sql = """
                select host_id from host_certificate group by host_id
                having bool_or(revoked_at is not null) and not bool_or(revoked_at is null and ends_at > now())
                order by host_id
                """;
        return tx.list(sql, Tuple.tuple(), row -> new HostId(row.getString("host_id")));
    }

    private static RevocationList.Revoked revoked(Row row) {
        return new RevocationList.Revoked(
                new BigInteger(row.getString("serial"), HEX),
                row.getOffsetDateTime("revoked_at").toInstant());
    }

    /** Those that have ended for all clocks; what somebody else holds waits for the next time. */
    void forgetEnded(Tx tx) throws InterruptedException {
        String sql = """
                delete from host_certificate where (authority, serial) in (
                    select authority, serial from host_certificate where ends_at < now() - interval '1 day'
                    for update skip locked)
                """;
        tx.update(sql, Tuple.tuple());
    }
}

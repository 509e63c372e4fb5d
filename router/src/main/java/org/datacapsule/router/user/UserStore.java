package org.datacapsule.router.user;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import java.util.SortedMap;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Caller;
import org.jspecify.annotations.Nullable;

/** Rows of users. */
public final class UserStore {
    private static final String QUOTA =
            "select quota_vcpus, quota_memory_mb, quota_disk_gb, quota_images from users where guid = $1";

    private final Quota defaults;

    public UserStore(Quota defaults) {
        this.defaults = defaults;
    }

    Quota defaults() {
        return defaults;
    }

    /** Makes the caller's row at a first call, and takes email and name from the token at every one. */
    public void seen(Tx tx, Caller caller) throws InterruptedException {
        String sql = """
                insert into users (guid, email, user_name) values ($1, $2, $3)
                on conflict (guid) do update set email = excluded.email, user_name = excluded.user_name
                    where (users.email, users.user_name) is distinct from (excluded.email, excluded.user_name)
                """;
        tx.update(
                sql,
                Tuple.of(
                        caller.guid(),
                        caller.email().orElse(null),
                        caller.userName().orElse(null)));
    }

    /**
     * Leaves room for one more image of the user's until the transaction ends: two requests of one user cannot both take
     * the last.
     *
     * @throws ProblemException {@link ErrorCode#QUOTA_EXCEEDED}
     */
    public void requireImage(Tx tx, String guid) throws InterruptedException {
        int most = lockQuota(tx, guid).images();
        int used = used(tx, guid).images();
        if (used >= most) {
            throw new ProblemException(
                    ErrorCode.QUOTA_EXCEEDED,
                    "You have " + used + " images and may have " + most + "; delete one, or ask for more.");
        }
    }

    /** The user's quota, the row locked, so that two requests of one user cannot both take the last of it. */
    public Quota lockQuota(Tx tx, String guid) throws InterruptedException {
        String sql = QUOTA + " for no key update";
        return tx.first(sql, Tuple.of(guid), this::quota).orElse(defaults);
    }

    public Optional<Quota> quota(Tx tx, String guid) throws InterruptedException {
        return tx.first(QUOTA, Tuple.of(guid), this::quota);
    }

    /** Gives a user a quota of their own; a user not seen yet gets a row. */
    public void setQuota(Tx tx, String guid, Quota quota) throws InterruptedException {
        String sql = """
                insert into users (guid, quota_vcpus, quota_memory_mb, quota_disk_gb, quota_images)
                values ($1, $2, $3, $4, $5)
                on conflict (guid) do update set quota_vcpus = excluded.quota_vcpus,
                    quota_memory_mb = excluded.quota_memory_mb, quota_disk_gb = excluded.quota_disk_gb,
                    quota_images = excluded.quota_images
                """;
        tx.update(sql, Tuple.of(guid, quota.vcpus(), quota.memoryMb(), quota.diskGb(), quota.images()));
    }

    /** What the user's capsules and images use: a sum, never a counter that could drift. */
    public Quota used(Tx tx, String guid) throws InterruptedException {
        String sql = """
                select coalesce(sum(c.vcpus), 0)::int as vcpus, coalesce(sum(c.memory_mb), 0)::int as memory_mb,
                       coalesce(sum(c.disk_gb), 0)::int as disk_gb,
                       (select count(*)::int from image i
                        where i.owner = $1 and i.status in ('SHARE_PENDING', 'ACTIVE', 'ERROR')) as images
                from member m join capsule c on c.id = m.capsule_id
                where m.user_guid = $1 and m.role in ('OWNER-CONTROLLER', 'OWNER') and c.state <> 'DELETED'
                """;
        return tx.first(
                        sql,
                        Tuple.of(guid),
                        row -> new Quota(
                                row.getInteger("vcpus"),
                                row.getInteger("memory_mb"),
                                row.getInteger("disk_gb"),
                                row.getInteger("images")))
                .orElseThrow();
    }

    public Optional<String> key(Tx tx, String guid) throws InterruptedException {
        return tx.first(
                "select ssh_key from users where guid = $1 and ssh_key is not null",
                Tuple.of(guid),
                row -> row.getString("ssh_key"));
    }

    public void setKey(Tx tx, String guid, Optional<String> key) throws InterruptedException {
        tx.update("update users set ssh_key = $2 where guid = $1", Tuple.of(guid, key.orElse(null)));
    }

    /**
     * Makes rows for users not seen yet; what their own tokens say later replaces the email. Sorted, so that two callers
     * who name each other do not wait for each other; call it before {@link #seen}, with the caller among them.
     */
    public void known(Tx tx, SortedMap<String, Optional<String>> emails) throws InterruptedException {
        String sql = """
                insert into users (guid, email) select guid, email from unnest($1::text[], $2::text[]) as u (guid, email)
                order by guid collate "C" on conflict (guid) do nothing
                """;
        String[] guids = emails.keySet().toArray(String[]::new);
        @Nullable String[] addresses =
                emails.values().stream().map(email -> email.orElse(null)).toArray(String[]::new);
        tx.update(sql, Tuple.of(guids, (Object) addresses));
    }

    public void setTermsAccepted(Tx tx, String guid, boolean accepted) throws InterruptedException {
        tx.update("update users set tou = $2 where guid = $1", Tuple.of(guid, accepted));
    }

    public boolean termsAccepted(Tx tx, String guid) throws InterruptedException {
        return tx.first("select tou from users where guid = $1", Tuple.of(guid), row -> row.getBoolean("tou"))
                .orElse(false);
    }

    private Quota quota(Row row) {
        return new Quota(
                orElse(row, "quota_vcpus", defaults.vcpus()),
                orElse(row, "quota_memory_mb", defaults.memoryMb()),
                orElse(row, "quota_disk_gb", defaults.diskGb()),
                orElse(row, "quota_images", defaults.images()));
    }

    private static int orElse(Row row, String column, int fallback) {
        Integer own = row.getInteger(column);
        return own == null ? fallback : own;
    }
}

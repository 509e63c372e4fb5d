package org.datacapsule.router.sharing;

import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.router.capsule.Capsule;
import org.datacapsule.router.capsule.CapsuleRole;
import org.datacapsule.router.database.Tx;

/** Rows of members. They change only while the capsule's row is locked. */
public final class MemberStore {

    /** The members and full access of a capsule whose row is locked. */
    SharedCapsule load(Tx tx, Capsule capsule) throws InterruptedException {
        Optional<Boolean> fullAccess = tx.first(
                        "select full_access from capsule where id = $1",
                        Tuple.of(capsule.id().value()),
                        row -> Optional.ofNullable(row.getBoolean("full_access")))
                .orElseThrow();
        String sql =
                "select user_guid, role, full_access, tou from member where capsule_id = $1 order by since, user_guid";
        List<Member> members = tx.list(
                sql,
                Tuple.of(capsule.id().value()),
                row -> Member.of(
                        row.getString("user_guid"),
                        CapsuleRole.parse(row.getString("role")),
                        Optional.ofNullable(row.getBoolean("full_access")),
                        row.getBoolean("tou")));
        return new SharedCapsule(capsule.type(), fullAccess, members);
    }

    /** Writes down what is different. */
    void save(Tx tx, CapsuleId capsule, SharedCapsule before, SharedCapsule after) throws InterruptedException {
        if (before.type() != after.type() || !before.fullAccess().equals(after.fullAccess())) {
            tx.update(
                    "update capsule set type = $2, full_access = $3, updated_at = now() where id = $1",
                    Tuple.of(
                            capsule.value(),
                            after.type().wireName(),
                            after.fullAccess().orElse(null)));
        }
        for (Member member : before.members()) {
            if (after.member(member.guid()).isEmpty()) {
                tx.update(
                        "delete from member where capsule_id = $1 and user_guid = $2",
                        Tuple.of(capsule.value(), member.guid()));
            }
        }
        // Who loses control first: the rows may at no time show two who have it.
        update(tx, capsule, before, after, false);
        update(tx, capsule, before, after, true);
        for (Member member : after.members()) {
            if (before.member(member.guid()).isEmpty()) {
                write(
                        tx,
                        "insert into member (capsule_id, user_guid, role, full_access, tou) values ($1, $2, $3, $4, $5)",
                        capsule,
                        member);
            }
        }
    }

    /** Locks every capsule the user is on, lowest id first, and answers those whose guests the user has access to. */
    List<CapsuleId> lockAccessible(Tx tx, String user) throws InterruptedException {
        String lock = """
                select c.id from capsule c join member m on m.capsule_id = c.id
                where m.user_guid = $1 and c.state <> 'DELETED' order by c.id for update of c
                """;
        List<UUID> locked = tx.list(lock, Tuple.of(user), row -> row.getUUID("id"));
        // Read anew under the locks: access may have changed while they were waited for.
        String accessible = """
                select c.id from capsule c join member m on m.capsule_id = c.id
                where m.user_guid = $1 and c.id = any ($2) and m.tou and (c.type <> 'RESEARCH-FULL' or m.full_access)
                """;
        return tx.list(
                accessible,
                Tuple.of(user, (Object) locked.toArray(UUID[]::new)),
                row -> new CapsuleId(row.getUUID("id")));
    }

    /** Locks every capsule there is, lowest id first. */
    List<CapsuleId> lockAll(Tx tx) throws InterruptedException {
        String sql = "select id from capsule where state not in ('DELETED', 'SHUTDOWN') order by id for update";
        return tx.list(sql, Tuple.tuple(), row -> new CapsuleId(row.getUUID("id")));
    }

    private static void update(Tx tx, CapsuleId capsule, SharedCapsule before, SharedCapsule after, boolean inControl)
            throws InterruptedException {
        for (Member member : after.members()) {
            Optional<Member> was = before.member(member.guid());
            if (was.isPresent() && !was.get().equals(member) && member.role().hasControl() == inControl) {
                write(tx, """
                        update member set role = $3, full_access = $4, tou = $5
                        where capsule_id = $1 and user_guid = $2
                        """, capsule, member);
            }
        }
    }

    private static void write(Tx tx, String sql, CapsuleId capsule, Member member) throws InterruptedException {
        tx.update(
                sql,
                Tuple.of(
                        capsule.value(),
                        member.guid(),
                        member.role().wireName(),
                        member.membership().fullAccess().orElse(null),
                        member.membership().termsAccepted()));
    }
}

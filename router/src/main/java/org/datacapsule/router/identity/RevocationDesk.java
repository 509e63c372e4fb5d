package org.datacapsule.router.identity;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.datacapsule.common.certificate.RevocationList;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.HeartbeatReply;
import org.datacapsule.common.wire.Revocations;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.work.Loop;

/**
 * Gives the lists of revoked certificates to all who take calls of hosts: to other hosts, with the answer to a heartbeat, and to this
 * router's own doors. They are what the database has, a second old at most.
 */
public final class RevocationDesk {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Database database;
    private final CertificateStore certificates = new CertificateStore();
    private final Authorities authorities;
    private final InstantSource clock;
    private final List<Consumer<RevocationList>> doors = new CopyOnWriteArrayList<>();
    private volatile Optional<Lists> current = Optional.empty();

    /** Both lists of one number, and hosts that have nothing but what is on them. */
    private record Lists(long number, RevocationList members, RevocationList links, List<HostId> gone) {
        Revocations text() {
            return new Revocations(members.pem(), links.pem(), gone);
        }
    }

    RevocationDesk(Database database, Authorities authorities, InstantSource clock) {
        this.database = database;
        this.authorities = authorities;
        this.clock = clock;
    }

    /** The router's answer to a heartbeat, with the lists where those that the host goes by are older. */
    public HeartbeatReply answer(Heartbeat heartbeat, HeartbeatReply reply) {
        return current.filter(lists -> heartbeat
                        .revocations()
                        .filter(had -> had < lists.number())
                        .isPresent())
                .map(lists -> reply.with(lists.text()))
                .orElse(reply);
    }

    /** Tells a door of each list of members from now on, of the present one at once. */
    public void tell(Consumer<RevocationList> door) {
        doors.add(door);
        current.ifPresent(lists -> door.accept(lists.members()));
    }

    /** For who joins or renews: as this transaction has them. */
    Revocations now(Tx tx) throws InterruptedException {
        return made(tx).text();
    }

    /** Looks at once, and from then on by itself. */
    Loop start() throws InterruptedException {
        look();
        return Loop.start("revocations", LOOK, () -> {
            look();
            return false;
        });
    }

    private void look() throws InterruptedException {
        long number = database.read(certificates::number);
        if (current.filter(lists -> lists.number() == number).isPresent()) {
            return;
        }
        Lists made = database.read(this::made);
        current = Optional.of(made);
        doors.forEach(door -> door.accept(made.members()));
    }

    private Lists made(Tx tx) throws InterruptedException {
        CertificateStore.Revoked revoked = certificates.revoked(tx);
        return new Lists(
                revoked.number(),
                authorities.members().revoke(revoked.number(), revoked.members(), clock.instant()),
                authorities.links().revoke(revoked.number(), revoked.links(), clock.instant()),
                revoked.gone());
    }
}

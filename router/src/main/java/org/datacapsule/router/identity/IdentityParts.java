package org.datacapsule.router.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.bus.Bus;
import org.datacapsule.common.bus.BusConfig;
import org.datacapsule.common.bus.BusException;
import org.datacapsule.common.bus.BusNode;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.http.Endpoints;

/** Wires all that is about who hosts are. */
public final class IdentityParts {
    /** Of a router's own certificate, which it makes anew at each start. */
    private static final Duration ROUTER_LIFE = Duration.ofDays(2 * 365);

    private final Around around;
    private final ReportDesk desk;
    private final RevocationDesk revocations;
    private final CreateJoinToken create;
    private final JoinHost join;
    private final RenewHost renew;

    /** The parts of a router that these are made with. */
    public record Around(Database database, SecretBox box, AuditLog audit, IdentityStore identities) {}

    /**
     * @param commandKey file with the public key that commands are signed with
     * @throws IOException when it cannot be read
     */
    public IdentityParts(
            AuthorityConfig config,
            Authorities authorities,
            Path commandKey,
            BusConfig bus,
            GuestNetwork guests,
            Around around)
            throws IOException {
        this.around = around;
        InstantSource clock = InstantSource.system();
        this.revocations = new RevocationDesk(around.database(), authorities, clock);
        Enrol enrol = new Enrol(
                authorities,
                config.hostLife(),
                Files.readString(commandKey, StandardCharsets.US_ASCII),
                bus,
                guests,
                revocations,
                clock);
        JoinTokenStore tokens = new JoinTokenStore(around.box());
        this.desk = new ReportDesk(around.database(), around.identities(), config.clockTolerance(), clock);
        this.create = new CreateJoinToken(around.database(), tokens, authorities, around.audit(), clock);
        this.join = new JoinHost(around.database(), tokens, around.identities(), enrol, around.audit(), clock);
        this.renew = new RenewHost(around.database(), around.identities(), enrol, around.audit());
    }

    /** What this router speaks on the bus with; its key is nowhere but in its memory. */
    public static Identity ownIdentity(Authorities authorities, BusConfig bus) {
        return authorities
                .members()
                .identity(
                        bus.host(), List.of(bus.host()), InstantSource.system().instant(), ROUTER_LIFE);
    }

    public void register(Endpoints endpoints) {
        endpoints.serve("createJoinToken", create::create).serve("joinHost", join::join);
    }

    /** Renews certificates of hosts. */
    public void serve(Bus bus) {
        desk.serve(bus, Contracts.RENEWAL, renewal -> Optional.empty(), renew::renew);
    }

    /**
     * Lets hosts call.
     *
     * @param own what this router shows them
     * @throws BusException when the port is taken
     */
    public AutoCloseable openDoor(BusNode node, BusConfig bus, Identity own) throws BusException, InterruptedException {
        return HostDoor.open(node, bus, own, around.database(), around.identities());
    }

    /** Keeps the lists of revoked certificates as the database has them. */
    public AutoCloseable watchRevocations() throws InterruptedException {
        return revocations.start();
    }

    public RevocationDesk revocations() {
        return revocations;
    }

    public ReportDesk desk() {
        return desk;
    }
}

package org.datacapsule.router.identity;

import java.security.PublicKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.bus.BusConfig;
import org.datacapsule.common.certificate.Certificates;
import org.datacapsule.common.certificate.SigningRequest;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.Enrolment;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.router.database.Tx;

/** Makes a host's certificates, and all else that it needs to be one of the fleet. */
final class Enrol {
    private final Authorities authorities;
    private final Duration life;
    private final String commandKey;
    private final BusConfig bus;
    private final GuestNetwork guests;
    private final RevocationDesk revocations;
    private final InstantSource clock;

    /** @param commandKey PEM, the public key that commands are signed with */
    Enrol(
            Authorities authorities,
            Duration life,
            String commandKey,
            BusConfig bus,
            GuestNetwork guests,
            RevocationDesk revocations,
            InstantSource clock) {
        this.authorities = authorities;
        this.life = life;
        this.commandKey = commandKey;
        this.bus = bus;
        this.guests = guests;
        this.revocations = revocations;
        this.clock = clock;
    }

    /**
     * Makes certificates for two keys.
     *
     * @param request PEM, for the key it signs reports with
     * @param linkRequest PEM, for its links to other hosts
     * @throws ProblemException when a request is none, or both are for one key
     */
    Issued issue(HostId host, List<String> addresses, String request, String linkRequest) {
        PublicKey key = key("request", request);
        PublicKey linkKey = key("linkRequest", linkRequest);
        if (key.equals(linkKey)) {
            throw new ProblemException(
                    ErrorCode.REQUEST_INVALID,
                    "linkRequest: is for the key of request; QEMU reads the key of links, so it must be another");
        }
        return new Issued(
                authorities.members().issue(host.value(), addresses, key, clock.instant(), life),
                authorities.links().issue(host.value(), addresses, linkKey, clock.instant(), life));
    }

    /** What the host is told, once it is written down that it was given these. */
    Enrolment enrolment(Tx tx, HostId host, Issued issued) throws InterruptedException {
        return new Enrolment(
                host,
                Certificates.pem(issued.member()),
                Certificates.pem(authorities.members().certificate()),
                Certificates.pem(issued.link()),
                Certificates.pem(authorities.links().certificate()),
                List.of(commandKey),
                bus.doors(),
                guests.cidr(),
                Optional.of(revocations.now(tx)));
    }

    /** @throws ProblemException when it is none */
    static PublicKey key(String parameter, String request) {
        try {
            return SigningRequest.key(request);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(ErrorCode.REQUEST_INVALID, parameter + ": " + e.getMessage());
        }
    }
}

package org.datacapsule.router.identity;

import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.datacapsule.common.bus.BusConfig;
import org.datacapsule.common.certificate.Certificates;
import org.datacapsule.common.certificate.SigningRequest;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.Enrolment;
import org.datacapsule.common.wire.GuestNetwork;

/** Makes a host's certificates, and all else that it needs to be one of the fleet. */
final class Enrol {
    private final Authorities authorities;
    private final Duration life;
    private final String commandKey;
    private final BusConfig bus;
    private final GuestNetwork guests;
    private final InstantSource clock;

    /** @param commandKey PEM, the public key that commands are signed with */
    Enrol(
            Authorities authorities,
            Duration life,
            String commandKey,
            BusConfig bus,
            GuestNetwork guests,
            InstantSource clock) {
        this.authorities = authorities;
        this.life = life;
        this.commandKey = commandKey;
        this.bus = bus;
        this.guests = guests;
        this.clock = clock;
    }

    /** What came of it: the key that the host may sign with, and what it is told. */
    record Enrolled(IssuedKey key, Enrolment enrolment) {}

    /**
     * @param request PEM, for the key it signs reports with
     * @param linkRequest PEM, for its links to other hosts
     * @throws ProblemException when a request is none, or both are for one key
     */
    Enrolled enrol(HostId host, List<String> addresses, String request, String linkRequest) {
        PublicKey key = key("request", request);
        PublicKey linkKey = key("linkRequest", linkRequest);
        if (key.equals(linkKey)) {
            throw new ProblemException(
                    ErrorCode.REQUEST_INVALID,
                    "linkRequest: is for the key of request; QEMU reads the key of links, so it must be another");
        }
        X509Certificate certificate = authorities.members().issue(host.value(), addresses, key, clock.instant(), life);
        X509Certificate link = authorities.links().issue(host.value(), addresses, linkKey, clock.instant(), life);
        return new Enrolled(
                IssuedKey.of(certificate),
                new Enrolment(
                        host,
                        Certificates.pem(certificate),
                        Certificates.pem(authorities.members().certificate()),
                        Certificates.pem(link),
                        Certificates.pem(authorities.links().certificate()),
                        List.of(commandKey),
                        bus.doors(),
                        guests.cidr()));
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

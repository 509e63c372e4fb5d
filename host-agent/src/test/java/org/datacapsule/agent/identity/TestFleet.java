package org.datacapsule.agent.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.certificate.Authority;
import org.datacapsule.common.certificate.Certificates;
import org.datacapsule.common.certificate.SigningRequest;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.testing.TestAuthority;
import org.datacapsule.common.wire.Enrolment;
import org.datacapsule.common.wire.Revocations;

/** What routers of a fleet tell one of its hosts: both authorities are its own. */
record TestFleet(Authority members, Authority links) {
    static final HostId HOST = new HostId("h1");

    TestFleet() {
        this(new TestAuthority().authority(), new TestAuthority().authority());
    }

    Enrolment enrolment(KeyRequest key, KeyRequest link) {
        return enrolment(key, link, Optional.empty());
    }

    Enrolment enrolment(KeyRequest key, KeyRequest link, Optional<Revocations> revocations) {
        return new Enrolment(
                HOST,
                issue(members, key),
                Certificates.pem(members.certificate()),
                issue(links, link),
                Certificates.pem(links.certificate()),
                List.of("the routers' key"),
                List.of("10.0.0.1:5703", "10.0.0.2:5703"),
                "10.90.0.0/16",
                revocations);
    }

    /** Lists of this number, with nothing on them. */
    Revocations lists(long number) {
        return new Revocations(nobody(members, number), nobody(links, number), List.of());
    }

    /** A list of the authority with nothing on it, as text. */
    static String nobody(Authority authority, long number) {
        return authority.revoke(number, List.of(), Instant.now()).pem();
    }

    private static String issue(Authority authority, KeyRequest key) {
        return Certificates.pem(authority.issue(
                HOST.value(),
                List.of("10.0.0.1"),
                SigningRequest.key(key.request()),
                Instant.now(),
                Duration.ofDays(1)));
    }
}

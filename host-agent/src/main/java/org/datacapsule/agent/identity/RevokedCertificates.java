package org.datacapsule.agent.identity;

import java.security.cert.X509Certificate;
import org.datacapsule.common.certificate.RevocationList;
import org.datacapsule.common.wire.Revocations;

/**
 * Whose calls this host does not take, as the authorities signed it.
 *
 * @param members of routers and agents
 * @param links of libvirt and QEMU at other hosts
 */
public record RevokedCertificates(RevocationList members, RevocationList links) {

    /** @throws IllegalArgumentException when they are not of one number */
    public RevokedCertificates {
        if (members.number() != links.number()) {
            throw new IllegalArgumentException("the lists of revoked certificates are not of one number but of "
                    + members.number() + " and " + links.number());
        }
    }

    /** @throws IllegalArgumentException when one is not of that authority */
    static RevokedCertificates check(Revocations said, X509Certificate members, X509Certificate links) {
        return new RevokedCertificates(
                RevocationList.parse(said.members(), members), RevocationList.parse(said.links(), links));
    }

    /** @throws IllegalArgumentException when it is not such as {@link #pem} makes, or of other authorities */
    static RevokedCertificates parse(String pem, X509Certificate members, X509Certificate links) {
        return new RevokedCertificates(RevocationList.parse(pem, 0, members), RevocationList.parse(pem, 1, links));
    }

    /** Both in one text. */
    String pem() {
        return members.pem() + links.pem();
    }

    /** That of both; of two the greater counts. */
    public long number() {
        return links.number();
    }
}

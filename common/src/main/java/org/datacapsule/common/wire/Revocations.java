package org.datacapsule.common.wire;

import java.util.List;
import org.datacapsule.common.id.HostId;

/**
 * Whose certificates are not good any more, though their time has not come: lists signed by the authorities (CRLs, RFC 5280), both with
 * the same number, which grows.
 *
 * @param members PEM, of the authority of routers and agents
 * @param links PEM, of the authority of links between hosts
 * @param gone hosts of which no certificate is good: what they have open may be ended
 */
public record Revocations(String members, String links, List<HostId> gone) {
    public Revocations {
        gone = List.copyOf(gone);
    }
}

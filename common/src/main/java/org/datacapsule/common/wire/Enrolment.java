package org.datacapsule.common.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.id.HostId;

/**
 * What makes a host part of the fleet, as a router answers it to one that joins or renews.
 *
 * @param certificate PEM, of the key the host signs reports with and speaks on the bus with
 * @param authority PEM, that of routers and agents
 * @param linkCertificate PEM, of the key that libvirt and QEMU speak with to other hosts' ones
 * @param linkAuthority PEM, another than {@code authority}: QEMU can read the key of a link, and must not get on the bus with it
 * @param commandKeys PEM, the public keys of those whose commands are to be obeyed
 * @param routers {@code host:port} where agents call the routers
 * @param guests the network of all capsules, in CIDR notation
 * @param revocations whose call it is not to take; absent from a router of before
 */
public record Enrolment(
        HostId host,
        String certificate,
        String authority,
        String linkCertificate,
        String linkAuthority,
        List<String> commandKeys,
        List<String> routers,
        String guests,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Revocations> revocations) {
    public Enrolment {
        commandKeys = List.copyOf(commandKeys);
        routers = List.copyOf(routers);
    }
}

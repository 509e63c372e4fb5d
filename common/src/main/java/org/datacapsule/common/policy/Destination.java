package org.datacapsule.common.policy;

import java.util.Optional;

/**
 * Where a guest may open connections to.
 *
 * @param ports every port when empty
 */
public record Destination(Ipv4Range to, Protocol protocol, Optional<PortSpan> ports) {
    public Destination {
        if (ports.isPresent() && !protocol.hasPorts()) {
            throw new IllegalArgumentException("ports are for tcp and udp only");
        }
    }
}

package org.datacapsule.common.bus;

import java.util.Set;
import org.datacapsule.common.id.HostId;

/** Which hosts may call at a router's {@link AgentDoor}. A certificate alone says that one might once. */
@FunctionalInterface
public interface Callers {

    /**
     * A host that calls, or has called.
     *
     * @param keyId of the key in the certificate it showed, as reports name it
     */
    record Caller(HostId host, String keyId) {}

    /** Those of these who may, now. May block. */
    Set<Caller> allowed(Set<Caller> asking) throws InterruptedException;
}

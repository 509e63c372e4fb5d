package org.datacapsule.agent.identity;

import java.security.KeyPair;
import java.security.PrivateKey;
import org.datacapsule.common.certificate.EllipticKeys;
import org.datacapsule.common.certificate.SigningRequest;
import org.datacapsule.common.id.HostId;

/**
 * A key of this host that is to have a certificate. {@link #toString()} hides it.
 *
 * @param request PEM
 */
public record KeyRequest(PrivateKey key, String request) {

    public static KeyRequest make(HostId host) {
        KeyPair keys = EllipticKeys.make();
        return new KeyRequest(keys.getPrivate(), SigningRequest.make(keys, host.value()));
    }

    @Override
    public String toString() {
        return "KeyRequest[" + request + "]";
    }
}

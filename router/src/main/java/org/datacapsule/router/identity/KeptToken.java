package org.datacapsule.router.identity;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.id.HostId;

/**
 * A join token as the database has it.
 *
 * @param addresses what the certificate is to be for, beside the host's name
 * @param use what it was used for, once it was
 */
record KeptToken(
        String id,
        HostId host,
        List<String> addresses,
        String secret,
        String createdBy,
        Instant expiresAt,
        Optional<Use> use) {

    /**
     * @param keyId of the key that joined
     * @param enrolment what was answered
     */
    record Use(String keyId, String enrolment) {}

    @Override
    public String toString() {
        return "KeptToken[id=" + id + ", host=" + host + "]";
    }
}

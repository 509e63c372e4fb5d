package org.datacapsule.common.wire;

import java.time.Instant;
import org.datacapsule.common.id.HostId;

/**
 * What a host tells the routers, with its signature.
 *
 * @param host who says it
 * @param keyId which of the host's keys signed: the first 16 hex digits of its SHA-256
 * @param at when it was sent, later than whatever this host has sent before
 * @param report JSON, of which exactly these characters are signed, in UTF-8
 * @param signature base64; over the contract, host and time as well
 */
public record SignedReport(HostId host, String keyId, Instant at, String report, String signature) {

    /** Without the report, which may be part of a result. */
    @Override
    public String toString() {
        return "SignedReport[host=" + host + ", keyId=" + keyId + ", at=" + at + "]";
    }
}

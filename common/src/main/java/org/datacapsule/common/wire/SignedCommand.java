package org.datacapsule.common.wire;

/**
 * A command envelope as text and the router's signature over it.
 *
 * @param keyId which of the trusted keys signed: the first 16 hex digits of its SHA-256
 * @param envelope the JSON of a {@link CommandEnvelope}, of which exactly these characters are signed, in UTF-8
 * @param signature base64
 */
public record SignedCommand(String keyId, String envelope, String signature) {

    /** Without the envelope, which holds passwords. */
    @Override
    public String toString() {
        return "SignedCommand[keyId=" + keyId + "]";
    }
}

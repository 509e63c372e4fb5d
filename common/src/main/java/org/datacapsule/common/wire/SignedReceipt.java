package org.datacapsule.common.wire;

/**
 * A mode receipt as text and the host's signature over it.
 *
 * @param keyId which key signed: the first 16 hex digits of its SHA-256
 * @param receipt the JSON of a {@link ModeReceipt}, of which exactly these characters are signed, in UTF-8
 * @param signature base64
 */
public record SignedReceipt(String keyId, String receipt, String signature) {}

package org.datacapsule.router.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;

/** What the format {@code openssh-public-key} of the contract is: a known type, and a key that says it is of that type. */
final class OpenSshPublicKey {
    static final String FORMAT = "openssh-public-key";

    private static final Set<String> TYPES = Set.of(
            "ssh-ed25519",
            "ssh-rsa",
            "ecdsa-sha2-nistp256",
            "ecdsa-sha2-nistp384",
            "ecdsa-sha2-nistp521",
            "sk-ssh-ed25519@openssh.com",
            "sk-ecdsa-sha2-nistp256@openssh.com");
    private static final int LENGTH_BYTES = 4;

    private OpenSshPublicKey() {}

    static boolean isOne(String line) {
        String[] parts = line.split(" +", 3);
        if (parts.length < 2 || !TYPES.contains(parts[0])) {
            return false;
        }
        byte[] type = parts[0].getBytes(StandardCharsets.US_ASCII);
        try {
            ByteBuffer key = ByteBuffer.wrap(Base64.getDecoder().decode(parts[1]));
            if (key.remaining() <= LENGTH_BYTES + type.length || key.getInt() != type.length) {
                return false;
            }
            return key.slice(LENGTH_BYTES, type.length).equals(ByteBuffer.wrap(type));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}

package org.datacapsule.router.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/** Key files as an operator would make them. */
public record TestKeys(Path signing, Path signingPublic, Path secrets, KeyPair pair) {

    public static TestKeys in(Path directory) throws IOException {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            Path signing = pem(
                    directory.resolve("router.pem"),
                    "PRIVATE KEY",
                    pair.getPrivate().getEncoded());
            Path signingPublic = pem(
                    directory.resolve("router.pub.pem"),
                    "PUBLIC KEY",
                    pair.getPublic().getEncoded());
            byte[] secret = new byte[32];
            new SecureRandom().nextBytes(secret);
            Path secrets = Files.writeString(
                    directory.resolve("secrets.key"), Base64.getEncoder().encodeToString(secret));
            return new TestKeys(signing, signingPublic, secrets, pair);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path pem(Path file, String label, byte[] content) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.writeString(file, "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n");
    }
}

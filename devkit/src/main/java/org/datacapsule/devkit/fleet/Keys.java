package org.datacapsule.devkit.fleet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/** The key files of a deployment, made for it. */
record Keys(Path commands, Path commandsPublic, Path routerSecret, Path agentSecret, Path tokens) {
    private static final int SECRET_BYTES = 32;

    static Keys make(Path folder) throws IOException {
        Files.createDirectories(folder);
        Keys keys = new Keys(
                folder.resolve("commands.pem"),
                folder.resolve("commands.pub.pem"),
                folder.resolve("router.secret"),
                folder.resolve("agent.secret"),
                folder.resolve("tokens.json"));
        KeyPair pair = ed25519();
        Files.writeString(keys.commands, pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        Files.writeString(
                keys.commandsPublic, pem("PUBLIC KEY", pair.getPublic().getEncoded()));
        Files.writeString(keys.routerSecret, secret());
        Files.writeString(keys.agentSecret, secret());
        return keys;
    }

    private static KeyPair ed25519() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has Ed25519", e);
        }
    }

    private static String pem(String what, byte[] key) {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(key);
        return "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n";
    }

    private static String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes) + "\n";
    }
}

package org.datacapsule.common.secret;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals secrets at rest with AES-256-GCM. Each sealed value is bound to the place it is kept in, so that a row's secret
 * copied into another row does not open. Any number of threads.
 */
public final class SecretBox {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final byte VERSION = 1;

    private final SecretKeySpec key;
    private final SecureRandom random = new SecureRandom();
    /** Looking a cipher up costs more than opening a secret with it, so one is used again, by one thread at a time. */
    private final Queue<Cipher> idle = new ConcurrentLinkedQueue<>();

    public SecretBox(byte[] key) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("the key must have 32 bytes and has " + key.length);
        }
        this.key = new SecretKeySpec(key, "AES");
    }

    /** Reads a key file: 32 bytes in base64, as {@code openssl rand -base64 32} prints them. */
    public static SecretBox fromKeyFile(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
        try {
            return new SecretBox(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    file + " is not a key of 32 bytes in base64 (openssl rand -base64 32): " + e.getMessage(), e);
        }
    }

    /** @param place where the sealed value is kept, such as {@code capsule/<id>/login} */
    public byte[] seal(String secret, String place) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = process(Cipher.ENCRYPT_MODE, nonce, place, secret.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.allocate(1 + NONCE_BYTES + sealed.length)
                    .put(VERSION)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK cannot seal with AES-GCM", e);
        }
    }

    /** @throws IllegalStateException when it was sealed with another key, for another place, or was altered */
    public String open(byte[] sealed, String place) {
        if (sealed.length < 1 + NONCE_BYTES || sealed[0] != VERSION) {
            throw new IllegalStateException("not a sealed secret: " + place);
        }
        byte[] nonce = Arrays.copyOfRange(sealed, 1, 1 + NONCE_BYTES);
        byte[] kept = Arrays.copyOfRange(sealed, 1 + NONCE_BYTES, sealed.length);
        try {
            byte[] secret = process(Cipher.DECRYPT_MODE, nonce, place, kept);
            return new String(secret, StandardCharsets.UTF_8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "the secret kept at " + place + " was sealed with another key, or altered", e);
        }
    }

    /** A cipher that refused what it was given is not used again. */
    private byte[] process(int mode, byte[] nonce, String place, byte[] input) throws GeneralSecurityException {
        Cipher taken = idle.poll();
        Cipher cipher = taken == null ? Cipher.getInstance("AES/GCM/NoPadding") : taken;
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(place.getBytes(StandardCharsets.UTF_8));
        byte[] output = cipher.doFinal(input);
        idle.add(cipher);
        return output;
    }
}

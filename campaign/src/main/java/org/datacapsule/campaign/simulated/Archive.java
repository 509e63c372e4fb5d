package org.datacapsule.campaign.simulated;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/** A tar file with one file in it, as a guest hands it in. */
final class Archive {
    private static final int BLOCK = 512;
    private static final int LINE = 3_000;

    private final String transfer;
    private final byte[] bytes;

    private Archive(String transfer, byte[] bytes) {
        this.transfer = transfer;
        this.bytes = bytes;
    }

    /** @param number no two archives of a run have the same */
    static Archive of(int number) {
        byte[] content = ("result " + number + "\n").getBytes(StandardCharsets.US_ASCII);
        byte[] tar = new byte[4 * BLOCK];
        put(tar, 0, "result.txt");
        put(tar, 100, "0000644\0");
        put(tar, 108, "0000000\0");
        put(tar, 116, "0000000\0");
        put(tar, 124, "%011o\0".formatted(content.length));
        put(tar, 136, "00000000000\0");
        put(tar, 148, "        ");
        put(tar, 156, "0");
        put(tar, 257, "ustar\00000");
        int sum = 0;
        for (int at = 0; at < BLOCK; at++) {
            sum += tar[at];
        }
        put(tar, 148, "%06o\0 ".formatted(sum));
        System.arraycopy(content, 0, tar, BLOCK, content.length);
        return new Archive("%032x".formatted(number), tar);
    }

    private static void put(byte[] tar, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, tar, at, bytes.length);
    }

    /** What the guest calls it. */
    String transfer() {
        return transfer;
    }

    String sha256() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** As they go over the guest's channel. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("b " + transfer);
        for (int at = 0; at < bytes.length; at += LINE) {
            byte[] some = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + LINE));
            lines.add("d " + Base64.getEncoder().encodeToString(some));
        }
        lines.add("e " + transfer + " " + sha256());
        return lines;
    }
}

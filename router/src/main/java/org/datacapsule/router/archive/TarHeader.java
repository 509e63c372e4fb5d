package org.datacapsule.router.archive;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A header of a tar file, in POSIX's or GNU's form: just the fields that decide what an entry is and where the next one
 * begins. Each must be in its plainest form, so that every other program reads it alike.
 */
final class TarHeader {
    static final int BYTES = 512;

    private static final Field NAME = new Field(0, 100);
    private static final Field SIZE = new Field(124, 12);
    private static final Field CHECKSUM = new Field(148, 8);
    /** Mode, owner, group and time, which decide nothing here; other programs refuse an archive for them. */
    private static final List<Field> OTHER_NUMBERS =
            List.of(new Field(100, 8), new Field(108, 8), new Field(116, 8), new Field(136, 12));
    /** Numbers of devices, which may be left blank. */
    private static final List<Field> DEVICE_NUMBERS = List.of(new Field(329, 8), new Field(337, 8));

    private static final int TYPE = 156;
    private static final Field MAGIC = new Field(257, 8);
    private static final Field PREFIX = new Field(345, 155);
    private static final String POSIX = "ustar\00000";
    private static final String GNU = "ustar  \0";

    private final byte[] name;
    private final long size;
    private final char type;

    private TarHeader(byte[] name, long size, char type) {
        this.name = name;
        this.size = size;
        this.type = type;
    }

    private record Field(int offset, int length) {
        byte[] in(byte[] block) {
            return Arrays.copyOfRange(block, offset, offset + length);
        }
    }

    static TarHeader parse(byte[] block) throws Refusal {
        if (octal(CHECKSUM.in(block)) != sum(block)) {
            throw new Refusal("it is not a tar file, or a damaged one");
        }
        String magic = new String(MAGIC.in(block), StandardCharsets.ISO_8859_1);
        if (!magic.equals(POSIX) && !magic.equals(GNU)) {
            throw new Refusal(
                    "it is a tar file of a form that is not taken; make it with GNU tar or in the form \"ustar\"");
        }
        for (Field field : OTHER_NUMBERS) {
            octal(field.in(block));
        }
        for (Field field : DEVICE_NUMBERS) {
            if (!isZero(field.in(block))) {
                octal(field.in(block));
            }
        }
        byte[] name = text(NAME.in(block));
        byte[] prefix = magic.equals(POSIX) ? text(PREFIX.in(block)) : new byte[0];
        return new TarHeader(
                prefix.length == 0 ? name : joined(prefix, name), octal(SIZE.in(block)), (char) (block[TYPE] & 0xff));
    }

    /** As it stands there, a prefix before it. */
    byte[] name() {
        return name;
    }

    /** Of the content that follows, in bytes. */
    long size() {
        return size;
    }

    char type() {
        return type;
    }

    static boolean isZero(byte[] block) {
        for (byte one : block) {
            if (one != 0) {
                return false;
            }
        }
        return true;
    }

    /** The bytes that fill the last block of an entry's content. */
    int padding() {
        return (int) ((BYTES - size % BYTES) % BYTES);
    }

    private static long sum(byte[] block) {
        long sum = 0;
        for (int n = 0; n < block.length; n++) {
            boolean counted = n < CHECKSUM.offset() || n >= CHECKSUM.offset() + CHECKSUM.length();
            sum += counted ? block[n] & 0xff : ' ';
        }
        return sum;
    }

    /** Digits, then nothing but spaces and zeros; spaces may come first. Twelve octal digits are far from an overflow. */
    private static long octal(byte[] field) throws Refusal {
        int at = 0;
        while (at < field.length && field[at] == ' ') {
            at++;
        }
        int first = at;
        long value = 0;
        while (at < field.length && field[at] >= '0' && field[at] <= '7') {
            value = value * 8 + (field[at] - '0');
            at++;
        }
        boolean digits = at > first;
        while (at < field.length && (field[at] == ' ' || field[at] == 0)) {
            at++;
        }
        if (!digits || at < field.length) {
            throw new Refusal("a number in one of its headers is not in plain form");
        }
        return value;
    }

    private static byte[] text(byte[] field) {
        int end = 0;
        while (end < field.length && field[end] != 0) {
            end++;
        }
        return Arrays.copyOf(field, end);
    }

    private static byte[] joined(byte[] prefix, byte[] name) {
        byte[] both = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
        both[prefix.length] = '/';
        System.arraycopy(name, 0, both, prefix.length + 1, name.length);
        return both;
    }
}

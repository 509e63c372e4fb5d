package org.datacapsule.router.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes tar files header by header, so that a test can write any that is wrong. */
public final class TarFile {
    private static final int BLOCK = 512;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** A tar file with one small text in it. */
    public static byte[] small(String text) {
        return new TarFile()
                .file("counts.csv", text.getBytes(StandardCharsets.UTF_8))
                .end();
    }

    public TarFile file(String name, byte[] content) {
        return entry('0', name, content.length, content);
    }

    public TarFile directory(String name) {
        return entry('5', name, 0, new byte[0]);
    }

    /** @param size what the header says, whatever the content has */
    public TarFile entry(char type, String name, long size, byte[] content) {
        out.writeBytes(header(type, name, size));
        return content(content);
    }

    /** A POSIX extended header with these records. */
    public TarFile pax(String... keysAndValues) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (int n = 0; n < keysAndValues.length; n += 2) {
            records.writeBytes(record(keysAndValues[n], keysAndValues[n + 1]));
        }
        return entry('x', "PaxHeaders/0", records.size(), records.toByteArray());
    }

    /** Content, filled up to a whole block with zeros. */
    public TarFile content(byte[] content) {
        out.writeBytes(content);
        out.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
        return this;
    }

    public TarFile raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    public byte[] end() {
        out.writeBytes(new byte[2 * BLOCK]);
        return out.toByteArray();
    }

    public byte[] cut() {
        return out.toByteArray();
    }

    public static byte[] header(char type, String name, long size) {
        byte[] header = new byte[BLOCK];
        put(header, 0, 100, name);
        put(header, 100, 8, "0000644");
        put(header, 108, 8, "0001750");
        put(header, 116, 8, "0001750");
        put(header, 124, 12, String.format("%011o", size));
        put(header, 136, 12, "14371573074");
        header[156] = (byte) type;
        put(header, 257, 8, "ustar\00000");
        return sealed(header);
    }

    /** The same header with its checksum made right. */
    public static byte[] sealed(byte[] header) {
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte one : header) {
            sum += one & 0xff;
        }
        put(header, 148, 8, String.format("%06o\0 ", sum));
        return header;
    }

    private static byte[] record(String key, String value) {
        byte[] rest = (" " + key + "=" + value + "\n").getBytes(StandardCharsets.UTF_8);
        int length = rest.length + 1;
        while (String.valueOf(length).length() + rest.length != length) {
            length = String.valueOf(length).length() + rest.length;
        }
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        record.writeBytes(String.valueOf(length).getBytes(StandardCharsets.UTF_8));
        record.writeBytes(rest);
        return record.toByteArray();
    }

    private static void put(byte[] into, int at, int most, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, into, at, Math.min(most, bytes.length));
    }
}

package org.datacapsule.common.certificate;

import java.util.Base64;

/** Blocks of PEM text (RFC 7468). */
final class Pem {
    private static final int LINE = 64;

    private Pem() {}

    static String block(String label, byte[] content) {
        String text = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(content);
        return begin(label) + "\n" + text + "\n" + end(label) + "\n";
    }

    /**
     * The block of this label that is the {@code number}th of its kind, from 0.
     *
     * @throws IllegalArgumentException when there is none, or it is not base64
     */
    static byte[] content(String text, String label, int number) {
        int from = 0;
        for (int found = 0; ; found++) {
            int begin = text.indexOf(begin(label), from);
            int end = text.indexOf(end(label), Math.max(begin, 0));
            if (begin < 0 || end < 0) {
                throw new IllegalArgumentException("it has " + (found == 0 ? "no " : "only " + found + " blocks of ")
                        + "\"" + begin(label) + "\"");
            }
            if (found == number) {
                return Base64.getMimeDecoder()
                        .decode(text.substring(begin + begin(label).length(), end));
            }
            from = end;
        }
    }

    private static String begin(String label) {
        return "-----BEGIN " + label + "-----";
    }

    private static String end(String label) {
        return "-----END " + label + "-----";
    }
}

package org.datacapsule.router.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/** Reads {@code a=1&b=2}, strictly: a broken escape or bytes that are no UTF-8 are refused, not guessed at. */
final class FormEncoding {

    private FormEncoding() {}

    static List<Given> parse(byte[] text, Location location) {
        List<Given> found = new ArrayList<>();
        int from = 0;
        while (from <= text.length) {
            int to = indexOf(text, '&', from, text.length);
            if (to > from) {
                int equals = indexOf(text, '=', from, to);
                String name = decode(text, from, equals, true);
                String value = decode(text, Math.min(equals + 1, to), to, true);
                found.add(Given.text(name, location, value));
            }
            from = to + 1;
        }
        return found;
    }

    /** The query of a URI, whose chars are bytes. */
    static List<Given> parseQuery(String query) {
        return parse(query.getBytes(StandardCharsets.ISO_8859_1), Location.QUERY);
    }

    /** One segment of a URI's path, whose chars are bytes. */
    static String decodeSegment(String segment) {
        byte[] bytes = segment.getBytes(StandardCharsets.ISO_8859_1);
        return decode(bytes, 0, bytes.length, false);
    }

    private static String decode(byte[] text, int from, int to, boolean plusIsSpace) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(to - from);
        for (int i = from; i < to; i++) {
            if (text[i] == '%') {
                bytes.write(i + 2 < to ? 16 * hex(text[i + 1]) + hex(text[i + 2]) : hex((byte) '%'));
                i += 2;
            } else {
                bytes.write(text[i] == '+' && plusIsSpace ? ' ' : text[i]);
            }
        }
        return UnicodeText.decode(bytes.toByteArray());
    }

    private static int hex(byte digit) {
        int value = Character.digit((char) (digit & 0xff), 16);
        if (value < 0 || digit < 0) {
            throw new ProblemException(
                    ErrorCode.REQUEST_MALFORMED,
                    "The request has a % that no two hex digits follow; write %25 for it.");
        }
        return value;
    }

    private static int indexOf(byte[] text, char wanted, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text[i] == wanted) {
                return i;
            }
        }
        return to;
    }
}

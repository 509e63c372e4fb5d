package org.datacapsule.router.archive;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What stands in an extended header (POSIX pax): only a path is taken from it, and nothing that would move what follows. */
final class PaxRecords {
    private static final int MOST_DIGITS = 6;

    /** What decides nothing here, but makes other programs refuse the archive or read it apart when it is not a number. */
    private static final Pattern TIME = Pattern.compile("|-?\\d{1,12}(\\.\\d{1,9})?");

    private static final Pattern NUMBER = Pattern.compile("|\\d{1,9}");
    private static final Map<String, Pattern> PLAIN = Map.of(
            "mtime", TIME,
            "atime", TIME,
            "ctime", TIME,
            "LIBARCHIVE.creationtime", TIME,
            "uid", NUMBER,
            "gid", NUMBER,
            "SCHILY.devmajor", NUMBER,
            "SCHILY.devminor", NUMBER);

    private PaxRecords() {}

    /** The path it gives the next entry, if any. */
    static Optional<byte[]> path(byte[] content) throws Refusal {
        Optional<byte[]> path = Optional.empty();
        int at = 0;
        while (at < content.length) {
            int space = indexOf(content, (byte) ' ', at, Math.min(content.length, at + MOST_DIGITS + 1));
            int end = at + length(content, at, space);
            int equals = indexOf(content, (byte) '=', space + 1, end);
            if (end > content.length || end <= equals || content[end - 1] != '\n') {
                throw damaged();
            }
            String key = new String(content, space + 1, equals - space - 1, StandardCharsets.ISO_8859_1);
            if (key.equals("path")) {
                if (path.isPresent()) {
                    throw new Refusal("an entry has two paths");
                }
                path = Optional.of(Arrays.copyOfRange(content, equals + 1, end - 1));
            } else if (movesWhatFollows(key)) {
                throw new Refusal("an entry has the extended attribute \"" + Paths.shown(key)
                        + "\", which is not taken; sparse files are not");
            } else {
                requirePlain(key, new String(content, equals + 1, end - equals - 2, StandardCharsets.ISO_8859_1));
            }
            at = end;
        }
        return path;
    }

    private static void requirePlain(String key, String value) throws Refusal {
        Pattern plain = PLAIN.get(key);
        if (plain != null && !plain.matcher(value).matches()) {
            throw new Refusal("an entry's extended attribute \"" + key + "\" is not a number in plain form");
        }
    }

    /** Keys that change where an entry ends, what it is, or how its path reads. */
    private static boolean movesWhatFollows(String key) {
        return key.equals("size")
                || key.equals("linkpath")
                || key.equals("hdrcharset")
                || key.startsWith("GNU.")
                || key.startsWith("SCHILY.realsize")
                || key.startsWith("SCHILY.filetype");
    }

    private static int length(byte[] content, int from, int to) throws Refusal {
        int value = 0;
        for (int n = from; n < to; n++) {
            if (content[n] < '0' || content[n] > '9') {
                throw damaged();
            }
            value = value * 10 + (content[n] - '0');
        }
        if (to == from || from + value > content.length) {
            throw damaged();
        }
        return value;
    }

    private static int indexOf(byte[] content, byte wanted, int from, int to) throws Refusal {
        for (int n = from; n < Math.min(to, content.length); n++) {
            if (content[n] == wanted) {
                return n;
            }
        }
        throw damaged();
    }

    private static Refusal damaged() {
        return new Refusal("an extended header in it is damaged");
    }
}

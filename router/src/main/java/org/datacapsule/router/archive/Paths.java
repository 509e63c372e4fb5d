package org.datacapsule.router.archive;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.datacapsule.router.archive.ArchiveEntry.Kind;

/** The paths of one archive: each plain, relative and once, so that unpacking it anywhere puts files below that place. */
final class Paths {
    private static final int SHOWN = 80;

    private final ArchiveLimits limits;
    private final Map<String, Kind> seen = new HashMap<>();
    private int bytes;

    Paths(ArchiveLimits limits) {
        this.limits = limits;
    }

    /** The entry's path as it is listed; empty for the directory that the archive itself is. */
    Optional<String> add(byte[] raw, Kind kind) throws Refusal {
        if (raw.length > limits.pathBytes()) {
            throw new Refusal("a path in it has more than " + limits.pathBytes() + " bytes");
        }
        bytes += raw.length;
        if (bytes > limits.allPathBytes()) {
            throw new Refusal("its paths have more than " + limits.allPathBytes() + " bytes together");
        }
        String path = plain(decoded(raw), kind);
        if (path.isEmpty()) {
            return Optional.empty();
        }
        claim(path, kind);
        return Optional.of(path);
    }

    private static String decoded(byte[] raw) throws Refusal {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(raw))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Refusal("a path in it is not UTF-8");
        }
    }

    private String plain(String given, Kind kind) throws Refusal {
        if (given.codePoints().anyMatch(Paths::deceives)) {
            throw new Refusal(
                    "a path in it has characters that cannot be seen or turn the text around: " + shown(given));
        }
        String path = given;
        while (path.startsWith("./")) {
            path = path.substring(2);
        }
        if (path.endsWith("/")) {
            if (kind == Kind.FILE) {
                throw new Refusal("a file in it has a directory's name: " + shown(given));
            }
            path = path.substring(0, path.length() - 1);
        }
        if (kind == Kind.DIRECTORY && (path.isEmpty() || path.equals("."))) {
            return "";
        }
        String[] names = path.split("/", -1);
        if (names.length > limits.depth()) {
            throw new Refusal("a path in it has more than " + limits.depth() + " names: " + shown(given));
        }
        for (String name : names) {
            if (name.isEmpty() || name.equals(".") || name.equals("..") || name.contains("\\")) {
                throw new Refusal("a path in it leads elsewhere or is not plain: " + shown(given));
            }
        }
        return path;
    }

    private void claim(String path, Kind kind) throws Refusal {
        String key = Normalizer.normalize(path, Normalizer.Form.NFC);
        Kind before = seen.get(key);
        // A directory may be there because of what is in it, and then come itself.
        boolean implied = before == Kind.DIRECTORY && kind == Kind.DIRECTORY && !seen.containsKey(key + "/");
        if (before != null && !implied) {
            throw new Refusal("it has the same path twice: " + shown(path));
        }
        seen.put(key, kind);
        if (kind == Kind.DIRECTORY) {
            seen.put(key + "/", kind);
        }
        for (int slash = key.lastIndexOf('/'); slash > 0; slash = key.lastIndexOf('/', slash - 1)) {
            Kind above = seen.putIfAbsent(key.substring(0, slash), Kind.DIRECTORY);
            if (above == Kind.FILE) {
                throw new Refusal("a path in it leads through a file: " + shown(path));
            }
            if (above == Kind.DIRECTORY) {
                return;
            }
        }
    }

    /** Control characters, and those that change in which direction or whether the text around them is shown. */
    private static boolean deceives(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }

    /** A path in a sentence: what is odd as a question mark, and not all of a long one. */
    static String shown(String path) {
        StringBuilder shown = new StringBuilder();
        path.codePoints().limit(SHOWN).forEach(one -> shown.appendCodePoint(deceives(one) ? '?' : one));
        return shown.toString();
    }
}

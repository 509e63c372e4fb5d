package org.datacapsule.agent.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.regex.Pattern;
import org.datacapsule.agent.local.Refusal;

/** Secrets come in files or on standard input: a command line is everybody's to read. */
final class SecretFile {
    private static final String STANDARD_INPUT = "-";
    private static final int LARGEST = 4096;
    private static final int KEY_BYTES = 32;
    /** As a router takes them. */
    private static final Pattern PASSWORD = Pattern.compile("[\\x21-\\x7e]{8,64}");

    private SecretFile() {}

    static String password(String file) throws ScriptException {
        String text = read(file);
        if (!PASSWORD.matcher(text).matches()) {
            throw new ScriptException(
                    Refusal.BAD_USAGE, "The password must be 8 to 64 printable ASCII characters without spaces.");
        }
        return text;
    }

    /** The key of a secure volume, as base64. */
    static String key(String file) throws ScriptException {
        String text = read(file);
        try {
            if (Base64.getDecoder().decode(text).length == KEY_BYTES) {
                return text;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new ScriptException(
                Refusal.NO_SECRET,
                "The volume key must be 32 bytes in base64, as openssl rand -base64 32 prints them.");
    }

    private static String read(String file) throws ScriptException {
        try (InputStream in = file.equals(STANDARD_INPUT) ? System.in : Files.newInputStream(Path.of(file))) {
            return new String(in.readNBytes(LARGEST), StandardCharsets.UTF_8).strip();
        } catch (IOException | InvalidPathException e) {
            throw new ScriptException(Refusal.NO_SECRET, "The file of a secret cannot be read: " + e);
        }
    }
}

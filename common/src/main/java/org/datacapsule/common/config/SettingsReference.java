package org.datacapsule.common.config;

import java.util.Map;

/** A program's settings as a Markdown table, made by running the code that reads them. */
public final class SettingsReference {

    private SettingsReference() {}

    /** The code that makes a program's configuration record. */
    @FunctionalInterface
    public interface Reader {
        Object read(Settings settings) throws ConfigException;
    }

    public static String of(Reader reader) {
        Settings nothingSet = Settings.of(Map.of());
        try {
            reader.read(nothingSet);
        } catch (ConfigException e) {
            // What must be set is not; every key was asked for all the same.
        }
        StringBuilder table = new StringBuilder("| key | meaning | default |\n| --- | --- | --- |\n");
        for (Settings.DocumentedKey key : nothingSet.reference()) {
            table.append("| `")
                    .append(key.key())
                    .append("` | ")
                    .append(key.meaning())
                    .append(" | ")
                    .append(key.fallback().isEmpty() ? "(empty)" : "`" + key.fallback() + "`")
                    .append(" |\n");
        }
        return table.toString();
    }
}

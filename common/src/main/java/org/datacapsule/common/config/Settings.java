package org.datacapsule.common.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program's settings as dotted keys, from a YAML file under environment variables ({@code http.port} is overridden by
 * {@code DATACAPSULE_HTTP_PORT}). A configuration record asks for each key once, with what it means; {@link #verify} then
 * reports everything that was wrong together, keys nobody asked for included.
 */
public final class Settings {
    /** Environment variables that begin so are settings. */
    public static final String ENVIRONMENT_PREFIX = "DATACAPSULE_";

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h|d)");

    private final Map<String, String> values;
    private final Map<String, String> environment;
    private final List<String> errors = new ArrayList<>();
    private final Map<String, DocumentedKey> asked = new LinkedHashMap<>();

    private Settings(Map<String, String> values, Map<String, String> environment) {
        this.values = values;
        this.environment = environment;
    }

    /** One key as it stands in the reference: what it means and what it is when it is not set. */
    public record DocumentedKey(String key, String meaning, String fallback) {}

    public static Settings of(Map<String, String> values) {
        return new Settings(new LinkedHashMap<>(values), Map.of());
    }

    public static Settings load(Path file, Map<String, String> environment) throws ConfigException {
        Map<String, String> values = new LinkedHashMap<>();
        try {
            JsonNode root = new YAMLMapper().readTree(Files.readAllBytes(file));
            flatten("", root, values);
        } catch (JsonProcessingException e) {
            throw new ConfigException(List.of(file + " is not valid YAML: " + e.getOriginalMessage() + " at line "
                    + e.getLocation().getLineNr()));
        } catch (IOException e) {
            throw new ConfigException(List.of(file + " cannot be read: " + e));
        }
        return new Settings(values, environment);
    }

    /**
     * These settings, and those of a file where these have none; a file that is not there says nothing.
     *
     * @throws ConfigException when the file cannot be read
     */
    public Settings above(Path file) throws ConfigException {
        if (!Files.exists(file)) {
            return this;
        }
        Map<String, String> both = new LinkedHashMap<>(load(file, Map.of()).values);
        both.putAll(values);
        return new Settings(both, environment);
    }

    public String text(String key, String meaning, String fallback) {
        return read(key, meaning, fallback, Function.identity(), fallback);
    }

    /** A key that must be set. */
    public String required(String key, String meaning) {
        return required(key, meaning, Function.identity(), "");
    }

    /** A key that must be set, as what {@code parse} makes of it; {@code stand} stands in until {@link #verify} throws. */
    public <T> T required(String key, String meaning, Function<String, T> parse, T stand) {
        asked.put(key, new DocumentedKey(key, meaning, "(must be set)"));
        Optional<String> value = value(key);
        if (value.isEmpty()) {
            errors.add(key + " is not set: " + meaning);
            return stand;
        }
        return parsed(key, value.get(), parse, stand);
    }

    public Optional<String> optional(String key, String meaning) {
        asked.put(key, new DocumentedKey(key, meaning, "(none)"));
        return value(key);
    }

    public int integer(String key, String meaning, int fallback, int least, int most) {
        return read(key, meaning, Integer.toString(fallback), text -> inRange(text, least, most), fallback);
    }

    public double decimal(String key, String meaning, double fallback, double least, double most) {
        return read(key, meaning, Double.toString(fallback), text -> inRange(text, least, most), fallback);
    }

    public boolean flag(String key, String meaning, boolean fallback) {
        return read(key, meaning, Boolean.toString(fallback), Settings::parseFlag, fallback);
    }

    public Duration duration(String key, String meaning, Duration fallback) {
        return read(key, meaning, spell(fallback), Settings::parseDuration, fallback);
    }

    /** A YAML list, or one string with commas. */
    public List<String> list(String key, String meaning, List<String> fallback) {
        return read(key, meaning, String.join(", ", fallback), Settings::split, fallback);
    }

    public <T> T parsed(String key, String meaning, String fallback, Function<String, T> parse) {
        return read(key, meaning, fallback, parse, parse.apply(fallback));
    }

    /** Notes an error that only several keys together have. */
    public void reject(String error) {
        errors.add(error);
    }

    /** @throws ConfigException with every error, when there is one */
    public void verify() throws ConfigException {
        for (String key : new TreeSet<>(values.keySet())) {
            if (!asked.containsKey(key)) {
                errors.add(key + " is not a setting of this program" + nearest(key));
            }
        }
        if (!errors.isEmpty()) {
            throw new ConfigException(errors);
        }
    }

    /** Every key that was asked for, in order: the configuration reference. */
    public List<DocumentedKey> reference() {
        return List.copyOf(asked.values());
    }

    private <T> T read(String key, String meaning, String shown, Function<String, T> parse, T fallback) {
        asked.put(key, new DocumentedKey(key, meaning, shown));
        return value(key).map(text -> parsed(key, text, parse, fallback)).orElse(fallback);
    }

    private <T> T parsed(String key, String text, Function<String, T> parse, T stand) {
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            errors.add(key + " is \"" + text + "\": " + e.getMessage());
            return stand;
        }
    }

    private Optional<String> value(String key) {
        String variable = ENVIRONMENT_PREFIX
                + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
        String override = environment.get(variable);
        return Optional.ofNullable(override != null ? override : values.get(key));
    }

    private String nearest(String key) {
        String last = key.substring(key.lastIndexOf('.') + 1);
        return asked.keySet().stream()
                .filter(known -> known.endsWith("." + last) || known.startsWith(key + "."))
                .findFirst()
                .map(known -> "; is " + known + " meant?")
                .orElse("");
    }

    private static void flatten(String prefix, JsonNode node, Map<String, String> into) {
        if (node.isObject()) {
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                flatten(prefix.isEmpty() ? field.getKey() : prefix + "." + field.getKey(), field.getValue(), into);
            }
        } else if (node.isArray()) {
            List<String> items = new ArrayList<>();
            node.forEach(item -> items.add(item.asText()));
            into.put(prefix, String.join(",", items));
        } else if (!node.isNull() && !node.isMissingNode()) {
            into.put(prefix, node.asText());
        }
    }

    private static int inRange(String text, int least, int most) {
        String allowed = "a whole number from " + least + " to " + most + " is expected";
        try {
            int number = Integer.parseInt(text.strip());
            if (number < least || number > most) {
                throw new IllegalArgumentException(allowed);
            }
            return number;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(allowed, e);
        }
    }

    private static double inRange(String text, double least, double most) {
        String allowed = "a number from " + least + " to " + most + " is expected";
        try {
            double number = Double.parseDouble(text.strip());
            if (!(number >= least && number <= most)) {
                throw new IllegalArgumentException(allowed);
            }
            return number;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(allowed, e);
        }
    }

    private static boolean parseFlag(String text) {
        return switch (text.strip()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("true or false is expected");
        };
    }

    private static Duration parseDuration(String text) {
        Matcher matcher = DURATION.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("a duration such as 500ms, 30s, 5m, 12h or 7d is expected");
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }

    private static String spell(Duration duration) {
        if (duration.toMillis() % 1000 != 0) {
            return duration.toMillis() + "ms";
        }
        long seconds = duration.toSeconds();
        if (seconds % 86_400 == 0 && seconds > 0) {
            return seconds / 86_400 + "d";
        }
        if (seconds % 3600 == 0 && seconds > 0) {
            return seconds / 3600 + "h";
        }
        return seconds % 60 == 0 && seconds > 0 ? seconds / 60 + "m" : seconds + "s";
    }

    private static List<String> split(String text) {
        List<String> items = new ArrayList<>();
        for (String item : text.split(",", -1)) {
            if (!item.isBlank()) {
                items.add(item.strip());
            }
        }
        return List.copyOf(items);
    }
}

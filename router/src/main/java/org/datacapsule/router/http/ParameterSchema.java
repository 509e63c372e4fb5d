package org.datacapsule.router.http;

import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonFormatValidator;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.Validator;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The JSON Schema of one parameter: reads what a request has as the type it should be, and says whether it may be. */
final class ParameterSchema {
    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?[0-9]{1,18}");
    private static final JsonSchemaOptions OPTIONS = new JsonSchemaOptions()
            .setBaseUri("app://datacapsule/")
            .setDraft(Draft.DRAFT202012)
            .setOutputFormat(OutputFormat.Flag);

    private final JsonObject schema;
    private final String type;
    private final Validator validator;

    private ParameterSchema(JsonObject schema) {
        this.schema = schema;
        this.type = schema.getString("type");
        this.validator = Validator.create(JsonSchema.of(forJava(schema)), OPTIONS, new Formats());
    }

    static ParameterSchema of(JsonObject schema) {
        return new ParameterSchema(schema);
    }

    /** The value within the schema's limits, or nothing when it is not. */
    Optional<Object> accept(Object given) {
        Optional<Object> typed = switch (type) {
            case "integer" -> wholeNumber(given);
            case "boolean" -> truthValue(given);
            default -> text(given).map(this::word);
        };
        return typed.filter(value -> validator.validate(value).getValid());
    }

    /** What is used when a request does not have the parameter. */
    Optional<Object> fallback() {
        return Optional.ofNullable(schema.getValue("default"));
    }

    /** Whether a value must never stand in an answer or a log. */
    boolean secret() {
        return schema.getBoolean("writeOnly", false);
    }

    /** Whether white space around the value is no part of it. */
    boolean trims() {
        return schema.getBoolean("x-trim", false);
    }

    /** What is allowed, in words. */
    String allowed() {
        return AllowedWords.of(schema);
    }

    private static Optional<Object> wholeNumber(Object given) {
        if (given instanceof String text) {
            return WHOLE_NUMBER.matcher(text).matches() ? Optional.of(Long.parseLong(text)) : Optional.empty();
        }
        if (given instanceof BigDecimal number) {
            try {
                return Optional.of(number.longValueExact());
            } catch (ArithmeticException e) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static Optional<Object> truthValue(Object given) {
        if (given instanceof Boolean) {
            return Optional.of(given);
        }
        return given.equals("true") || given.equals("false") ? Optional.of(given.equals("true")) : Optional.empty();
    }

    private static Optional<String> text(Object given) {
        return given instanceof String text && UnicodeText.isWellFormed(text) ? Optional.of(text) : Optional.empty();
    }

    /** One of the words the schema lists, where their letters' case does not matter; anything else as it is. */
    private String word(String given) {
        if (!schema.getBoolean("x-any-case", false)) {
            return given;
        }
        return schema.getJsonArray("enum").stream()
                .map(Object::toString)
                .filter(word -> word.toLowerCase(Locale.ROOT).equals(given.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElse(given);
    }

    /** In JSON Schema {@code $} is the end; in Java it is also the place before a last newline. */
    private static JsonObject forJava(JsonObject schema) {
        JsonObject copy = schema.copy();
        String pattern = copy.getString("pattern");
        if (pattern != null && pattern.endsWith("$")) {
            copy.put("pattern", pattern.substring(0, pattern.length() - 1) + "\\z");
        }
        return copy;
    }

    private static final class Formats implements JsonFormatValidator {
        @Override
        public @Nullable String validateFormat(String instanceType, @Nullable String format, Object instance) {
            if (OpenSshPublicKey.FORMAT.equals(format)
                    && !(instance instanceof String key && OpenSshPublicKey.isOne(key))) {
                return "not an OpenSSH public key";
            }
            return null;
        }
    }
}

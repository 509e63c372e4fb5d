package org.datacapsule.router.http;

import io.vertx.core.json.JsonObject;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.error.Violation;

/**
 * A request's parameters under their canonical names, from path, query and body alike, of the types the contract gives
 * them and within its limits.
 */
public final class Parameters {
    private final JsonObject values;

    public Parameters(JsonObject values) {
        this.values = values;
    }

    public boolean has(String name) {
        return values.getValue(name) != null;
    }

    /** A string parameter the contract requires or gives a default. */
    public String text(String name) {
        return optionalText(name).orElseThrow(() -> missing(name));
    }

    public Optional<String> optionalText(String name) {
        return Optional.ofNullable(values.getString(name));
    }

    public int integer(String name) {
        return optionalInteger(name).orElseThrow(() -> missing(name));
    }

    public Optional<Integer> optionalInteger(String name) {
        return Optional.ofNullable(values.getInteger(name));
    }

    public OptionalLong optionalLong(String name) {
        Long value = values.getLong(name);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    public Optional<Boolean> optionalFlag(String name) {
        return Optional.ofNullable(values.getBoolean(name));
    }

    /** A string parameter as what {@code parse} makes of it; what it throws becomes a 400 that names the parameter. */
    public <T> T parsed(String name, Function<String, T> parse) {
        String text = text(name);
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            throw invalid(name, e.getMessage() == null ? "is not valid" : e.getMessage());
        }
    }

    /** The same of a parameter that need not be there. */
    public <T> Optional<T> optionallyParsed(String name, Function<String, T> parse) {
        return has(name) ? Optional.of(parsed(name, parse)) : Optional.empty();
    }

    /** A place in a list that goes by number, as an answer's {@code nextCursor} gave it; {@code otherwise} without one. */
    public long position(String name, long otherwise) {
        return has(name) ? parsed(name, Parameters::position) : otherwise;
    }

    /** A moment, written as RFC 3339 has it. */
    public Optional<OffsetDateTime> optionalTime(String name) {
        return optionallyParsed(name, Parameters::time);
    }

    private static Long position(String cursor) {
        try {
            return Long.valueOf(cursor);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("is not a cursor this service gave; leave it out to begin anew", e);
        }
    }

    private static OffsetDateTime time(String text) {
        try {
            return OffsetDateTime.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("is not a time of RFC 3339, such as 2026-01-31T12:00:00Z", e);
        }
    }

    /** The values as JSON, for a fingerprint of the request. */
    public JsonObject asJson() {
        return values.copy();
    }

    /** A 400 that names one parameter. */
    public static ProblemException invalid(String name, String message) {
        return new ProblemException(
                new Problem(ErrorCode.REQUEST_INVALID, name + ": " + message, List.of(new Violation(name, message))));
    }

    private static ProblemException missing(String name) {
        return invalid(name, "is required");
    }
}

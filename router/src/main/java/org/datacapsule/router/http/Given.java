package org.datacapsule.router.http;

import java.math.BigDecimal;

/**
 * One name with one value as a request has it, before anybody knows what it should be.
 *
 * @param value text, a number, a truth value, or {@link Other} for what no parameter may be
 */
record Given(String name, Location location, Object value) {

    /** A JSON value that is none of text, number and truth value. */
    enum Other {
        ARRAY_OR_OBJECT
    }

    static Given text(String name, Location location, String value) {
        return new Given(name, location, value);
    }

    static Given number(String name, BigDecimal value) {
        return new Given(name, Location.BODY, value);
    }

    static Given flag(String name, boolean value) {
        return new Given(name, Location.BODY, value);
    }

    static Given other(String name) {
        return new Given(name, Location.BODY, Other.ARRAY_OR_OBJECT);
    }

    boolean isEmpty() {
        return value.equals("");
    }
}

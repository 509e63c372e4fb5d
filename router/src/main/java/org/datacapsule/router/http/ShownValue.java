package org.datacapsule.router.http;

/** A value as it may stand in an error: short, on one line, and without characters that do things to a terminal. */
final class ShownValue {
    private static final int MOST = 60;

    private ShownValue() {}

    static String of(Object value) {
        if (value instanceof Given.Other) {
            return "an array or object";
        }
        String text = value.toString();
        int length = text.codePointCount(0, text.length());
        StringBuilder shown = new StringBuilder();
        text.codePoints().limit(MOST).forEach(point -> append(shown, point));
        if (length > MOST) {
            shown.append("… (").append(length).append(" characters)");
        }
        return value instanceof String ? "\"" + shown + "\"" : shown.toString();
    }

    private static void append(StringBuilder shown, int point) {
        switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> shown.append(String.format("\\u%04x", point));
            default -> shown.appendCodePoint(point);
        }
    }
}

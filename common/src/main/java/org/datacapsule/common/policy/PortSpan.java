package org.datacapsule.common.policy;

/** Ports, from the first to the last. */
public record PortSpan(int first, int last) {
    private static final int HIGHEST = 65_535;

    public PortSpan {
        if (first < 1 || last > HIGHEST || first > last) {
            throw new IllegalArgumentException(
                    "ports are 1 to 65535, the lower one first, and not " + first + "-" + last);
        }
    }

    /** Parses {@code 443} or {@code 8000-8080}. */
    public static PortSpan parse(String text) {
        if (!text.matches("\\d{1,5}(-\\d{1,5})?")) {
            throw new IllegalArgumentException("no port such as 443, or ports such as 8000-8080: " + text);
        }
        int hyphen = text.indexOf('-');
        return hyphen < 0
                ? new PortSpan(Integer.parseInt(text), Integer.parseInt(text))
                : new PortSpan(
                        Integer.parseInt(text.substring(0, hyphen)), Integer.parseInt(text.substring(hyphen + 1)));
    }
}

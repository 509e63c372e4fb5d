package org.datacapsule.common.policy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * IPv4 addresses with a common prefix; a single one has prefix 32.
 *
 * @param address dotted quad
 * @param prefix 0 to 32
 */
public record Ipv4Range(String address, int prefix) {
    private static final Pattern FORM =
            Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})(?:/(\\d{1,2}))?");

    public Ipv4Range {
        if (prefix < 0 || prefix > 32) {
            throw new IllegalArgumentException("a prefix is 0 to 32, and not " + prefix);
        }
        for (String octet : address.split("\\.", -1)) {
            int number = Integer.parseInt(octet);
            // Some programs read 010 as eight, so it says nothing for sure.
            if (number < 0 || number > 255 || (octet.length() > 1 && octet.startsWith("0"))) {
                throw new IllegalArgumentException("no IPv4 address: " + address);
            }
        }
        if ((bits(address) & (0xffffffffL >>> prefix)) != 0 && prefix < 32) {
            throw new IllegalArgumentException("has bits set past its prefix: " + address + "/" + prefix);
        }
    }

    /** Parses {@code 10.1.2.3} or {@code 10.1.0.0/16}. */
    public static Ipv4Range parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("no IPv4 address or range such as 10.1.0.0/16: " + text);
        }
        int slash = text.indexOf('/');
        return slash < 0
                ? new Ipv4Range(text, 32)
                : new Ipv4Range(text.substring(0, slash), Integer.parseInt(text.substring(slash + 1)));
    }

    /** Whether every address of {@code other} is one of these. */
    public boolean contains(Ipv4Range other) {
        int rest = 32 - prefix;
        return other.prefix >= prefix && (bits(address) >>> rest) == (bits(other.address) >>> rest);
    }

    private static long bits(String address) {
        long bits = 0;
        for (String octet : address.split("\\.", -1)) {
            bits = bits << 8 | Integer.parseInt(octet);
        }
        return bits;
    }

    @Override
    public String toString() {
        return address + "/" + prefix;
    }
}

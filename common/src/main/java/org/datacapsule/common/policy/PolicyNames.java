package org.datacapsule.common.policy;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The key {@code names} of a policy: a mode without DNS still lets a guest call its data services by name. */
final class PolicyNames {
    /** RFC 1123, in lower case. */
    private static final Pattern NAME =
            Pattern.compile("(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");

    private static final Pattern NUMBER_LAST = Pattern.compile("(.*\\.)?[0-9]+");
    private static final String LOCALHOST = "localhost";

    private PolicyNames() {}

    /** Name to address, each of them one that {@code allow} opens and {@code deny} does not close. */
    static SortedMap<String, String> read(YamlPlace place, List<Ipv4Range> deny, List<Destination> allow)
            throws PolicyException {
        SortedMap<String, String> names = new TreeMap<>();
        for (YamlPlace.Entry entry : place.entries()) {
            String name = entry.key().parsed(PolicyNames::name);
            Ipv4Range address = entry.value().parsed(PolicyNames::address);
            if (allow.stream().noneMatch(destination -> destination.to().contains(address))) {
                throw entry.value().wrong(address.address() + " is in none of the destinations this policy allows");
            }
            if (deny.stream().anyMatch(range -> range.contains(address))) {
                throw entry.value().wrong(address.address() + " is in a range this policy denies");
            }
            if (names.put(name, address.address()) != null) {
                throw entry.key().wrong("the name \"" + name + "\" is there twice");
            }
        }
        return names;
    }

    private static String name(String text) {
        if (!NAME.matcher(text).matches() || NUMBER_LAST.matcher(text).matches()) {
            throw new IllegalArgumentException("no name of a host such as data.example.org, in lower case: " + text);
        }
        if (text.equals(LOCALHOST) || text.endsWith("." + LOCALHOST)) {
            throw new IllegalArgumentException(text + " is the guest itself");
        }
        return text;
    }

    private static Ipv4Range address(String text) {
        Ipv4Range address = Ipv4Range.parse(text);
        if (!text.equals(address.address()) || address.prefix() != 32) {
            throw new IllegalArgumentException("one IPv4 address is expected, and not " + text);
        }
        return address;
    }
}

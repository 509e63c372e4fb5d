package org.datacapsule.common.wire;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The private IPv4 network every capsule has its address in; the same on all hosts of a cluster, each of which is its
 * gateway (the first address) and hides it behind NAT.
 */
public final class GuestNetwork {
    /** Addresses kept for the gateway and for services an operator may put beside it. */
    private static final int FIRST_SLOT_OFFSET = 16;

    private static final int SMALLEST_PREFIX = 12;
    private static final int LARGEST_PREFIX = 26;
    private static final Pattern FORM = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})/(\\d{1,2})");

    private static final Pattern MAC = Pattern.compile("52:54:00:([0-9a-f]{2}):([0-9a-f]{2}):([0-9a-f]{2})");

    private final int base;
    private final int prefix;

    private GuestNetwork(int base, int prefix) {
        this.base = base;
        this.prefix = prefix;
    }

    /** Parses CIDR notation such as {@code 10.90.0.0/16}: prefix 12 to 26, no host bits set. */
    @JsonCreator
    public static GuestNetwork parse(String cidr) {
        Matcher matcher = FORM.matcher(cidr);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not an IPv4 network such as 10.90.0.0/16: " + cidr);
        }
        int base = 0;
        for (int group = 1; group <= 4; group++) {
            int octet = Integer.parseInt(matcher.group(group));
            if (octet > 255) {
                throw new IllegalArgumentException("not an IPv4 network, " + octet + " is over 255: " + cidr);
            }
            base = base << 8 | octet;
        }
        int prefix = Integer.parseInt(matcher.group(5));
        if (prefix < SMALLEST_PREFIX || prefix > LARGEST_PREFIX) {
            throw new IllegalArgumentException("the prefix must be 12 to 26: " + cidr);
        }
        if ((base & (-1 >>> prefix)) != 0) {
            throw new IllegalArgumentException("has bits set past its prefix: " + cidr);
        }
        return new GuestNetwork(base, prefix);
    }

    /** How many capsules the network has addresses for. */
    public int slots() {
        return (-1 >>> prefix) - FIRST_SLOT_OFFSET;
    }

    /** The address of slot 0 to {@link #slots()} - 1. */
    public GuestAddress address(int slot) {
        if (slot < 0 || slot >= slots()) {
            throw new IllegalArgumentException("slot " + slot + " is not in 0 to " + (slots() - 1));
        }
        String mac = String.format("52:54:00:%02x:%02x:%02x", slot >> 16 & 0xff, slot >> 8 & 0xff, slot & 0xff);
        return new GuestAddress(mac, dotted(base + FIRST_SLOT_OFFSET + slot));
    }

    /** Whether it is the address of one of the slots, with that slot's MAC. */
    public boolean has(GuestAddress guest) {
        Matcher mac = MAC.matcher(guest.mac());
        if (!mac.matches()) {
            return false;
        }
        int slot = Integer.parseInt(mac.group(1) + mac.group(2) + mac.group(3), 16);
        return slot < slots() && address(slot).equals(guest);
    }

    /** The host's own address on the network. */
    public String gateway() {
        return dotted(base + 1);
    }

    public String netmask() {
        return dotted(~(-1 >>> prefix));
    }

    public String firstAddress() {
        return dotted(base + FIRST_SLOT_OFFSET);
    }

    public String lastAddress() {
        return dotted(base + (-1 >>> prefix) - 1);
    }

    @JsonValue
    public String cidr() {
        return dotted(base) + "/" + prefix;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GuestNetwork network && network.base == base && network.prefix == prefix;
    }

    @Override
    public int hashCode() {
        return 31 * base + prefix;
    }

    @Override
    public String toString() {
        return cidr();
    }

    private static String dotted(int address) {
        return (address >>> 24) + "." + (address >>> 16 & 0xff) + "." + (address >>> 8 & 0xff) + "." + (address & 0xff);
    }
}

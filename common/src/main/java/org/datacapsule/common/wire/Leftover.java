package org.datacapsule.common.wire;

/**
 * Something of ours on a host's network that no capsule there has.
 *
 * @param what of a way in, the host's port and the address it leads to, with a space between; of an address, that; of a filter,
 *     its name
 */
public record Leftover(Kind kind, String what) {

    /** What can be left over. */
    public enum Kind {
        /** A port of the host leads to a guest's SSH. */
        WAY_IN,
        /** An IPv4 address is reserved for a guest. */
        ADDRESS,
        /** A network filter is of no policy, and no guest is under it. */
        FILTER
    }

    /** Of a way in. */
    public static Leftover wayIn(int port, String address) {
        return new Leftover(Kind.WAY_IN, port + " " + address);
    }

    /** The guest's IPv4 address; empty for a filter. */
    public String address() {
        return switch (kind) {
            case WAY_IN -> what.substring(what.indexOf(' ') + 1);
            case ADDRESS -> what;
            case FILTER -> "";
        };
    }
}

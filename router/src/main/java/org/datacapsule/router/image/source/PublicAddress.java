package org.datacapsule.router.image.source;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;

/** Tells addresses of the open Internet from those that only lead somewhere from where the router stands. */
final class PublicAddress {

    private PublicAddress() {}

    static boolean is(InetAddress address) {
        return switch (address) {
            case Inet4Address four -> is(four.getAddress());
            case Inet6Address six -> isSix(six.getAddress());
            default -> false;
        };
    }

    /** All of IPv4 but what IANA's registry of special-purpose addresses has. */
    private static boolean is(byte[] a) {
        int first = a[0] & 0xff;
        int second = a[1] & 0xff;
        int third = a[2] & 0xff;
        return switch (first) {
            case 0, 10, 127 -> false;
            case 100 -> second < 64 || second > 127;
            case 169 -> second != 254;
            case 172 -> second < 16 || second > 31;
            case 192 ->
                second != 168
                        && !(second == 0 && (third == 0 || third == 2))
                        && !(second == 88 && third == 99)
                        && !(second == 31 && third == 196)
                        && !(second == 52 && third == 193)
                        && !(second == 175 && third == 48);
            case 198 -> second != 18 && second != 19 && !(second == 51 && third == 100);
            case 203 -> !(second == 0 && third == 113);
            default -> first < 224;
        };
    }

    /** Global unicast, but for what embeds an IPv4 address or is set aside. */
    private static boolean isSix(byte[] a) {
        int first = (a[0] & 0xff) << 8 | (a[1] & 0xff);
        int second = (a[2] & 0xff) << 8 | (a[3] & 0xff);
        boolean unicast = (first & 0xe000) == 0x2000;
        boolean setAside = first == 0x2001 && (second < 0x0200 || second == 0x0db8);
        boolean sixToFour = first == 0x2002;
        boolean documentation = (first & 0xfff0) == 0x3ff0;
        return unicast && !setAside && !sixToFour && !documentation;
    }
}

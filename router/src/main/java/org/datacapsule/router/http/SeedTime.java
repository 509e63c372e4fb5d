package org.datacapsule.router.http;

import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Times in the seed's bodies: {@code yyyy-MM-dd HH:mm:ss} in UTC (capsule API, "Wire rules"). */
public final class SeedTime {
    private static final int PAIR = 10;

    private SeedTime() {}

    /** Written by hand, for a formatter takes a tenth of the time that a long /show does. */
    public static String text(OffsetDateTime time) {
        OffsetDateTime utc = time.withOffsetSameInstant(ZoneOffset.UTC);
        StringBuilder text = new StringBuilder(19).append(utc.toLocalDate()).append(' ');
        pair(text, utc.getHour()).append(':');
        pair(text, utc.getMinute()).append(':');
        return pair(text, utc.getSecond()).toString();
    }

    private static StringBuilder pair(StringBuilder text, int number) {
        return (number < PAIR ? text.append('0') : text).append(number);
    }
}

package org.datacapsule.router.result;

import java.util.Locale;

/** Where a result is in its life; on the wire with one capital, as deployed front ends have it. */
enum ResultStatus {
    PENDING,
    RELEASED,
    REJECTED,
    /** Released before, and taken back. */
    REVOKED;

    String wireName() {
        return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
    }
}

package org.datacapsule.common.id;

import java.util.UUID;

final class CanonicalUuid {
    private static final int LENGTH = 36;

    private CanonicalUuid() {}

    static UUID parse(String text) {
        if (text.length() != LENGTH) {
            throw new IllegalArgumentException("not a UUID of the form xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx: " + text);
        }
        return UUID.fromString(text);
    }
}

package org.datacapsule.router.capsule;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.UUID;

/** Where the next page of capsules begins: after the last one shown, in the order of creation. */
public record PageCursor(OffsetDateTime createdAt, UUID id) {

    /** Before every capsule. */
    static final PageCursor START = new PageCursor(OffsetDateTime.parse("1970-01-01T00:00:00Z"), new UUID(0, 0));

    static PageCursor parse(String text) {
        try {
            String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.US_ASCII);
            int split = plain.indexOf('|');
            if (split < 0) {
                throw new IllegalArgumentException("no separator");
            }
            return new PageCursor(
                    OffsetDateTime.parse(plain.substring(0, split)), UUID.fromString(plain.substring(split + 1)));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IllegalArgumentException("is not a cursor this service gave; leave it out to begin anew", e);
        }
    }

    @Override
    public String toString() {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((createdAt + "|" + id).getBytes(StandardCharsets.US_ASCII));
    }
}

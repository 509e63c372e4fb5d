package org.datacapsule.devkit.check;

import java.util.List;
import java.util.UUID;

/**
 * A command as the one who gave it knows it.
 *
 * @param key its Idempotency-Key, however often it was sent
 * @param times it was sent; of all but the last nobody heard
 */
public record Asked(String key, String user, String verb, int times, Answer answer) {

    /** What was answered. */
    public sealed interface Answer {
        /** These operations have begun, one but for a drain. */
        record Began(List<UUID> operations) implements Answer {
            public Began {
                operations = List.copyOf(operations);
            }
        }

        /** It is done, and was no operation. */
        record Done() implements Answer {}

        record Refused(String code) implements Answer {}

        /** No answer came, or one that says that nobody knows: it may have been accepted or not. */
        record Unknown() implements Answer {}
    }
}

package org.datacapsule.router.http;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The header by which a client says that two requests are one. */
final class IdempotencyKey {
    static final String HEADER = "Idempotency-Key";

    private static final Pattern FORM = Pattern.compile("[\\x20-\\x7e]{1,255}");

    private IdempotencyKey() {}

    static Optional<String> of(List<String> headers) {
        if (headers.isEmpty()) {
            return Optional.empty();
        }
        if (headers.size() > 1 || !FORM.matcher(headers.getFirst()).matches()) {
            throw Parameters.invalid(HEADER, "must be given once, with 1 to 255 printable ASCII characters");
        }
        return Optional.of(headers.getFirst());
    }
}

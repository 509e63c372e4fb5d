package org.datacapsule.router.http;

import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The name of one request, which leads from an answer to the log; it says nothing about who asks. */
final class RequestId {
    static final String HEADER = "X-Request-Id";

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private RequestId() {}

    /** What the client calls its request, if that is fit for a log; otherwise a new one. */
    static String of(@Nullable String wanted) {
        return wanted != null && FORM.matcher(wanted).matches()
                ? wanted
                : UUID.randomUUID().toString();
    }
}

package org.datacapsule.router.http;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/** The token in a request's {@code Authorization} header. */
final class BearerToken {
    private static final Pattern BEARER = Pattern.compile("bearer +(\\S+) *", Pattern.CASE_INSENSITIVE);

    private BearerToken() {}

    static String of(List<String> authorization) {
        if (authorization.size() > 1) {
            throw new ProblemException(
                    ErrorCode.AUTH_TOKEN_INVALID, "There is more than one Authorization header; send one.");
        }
        Matcher bearer = BEARER.matcher(authorization.isEmpty() ? "" : authorization.getFirst());
        if (!bearer.matches()) {
            throw new ProblemException(
                    ErrorCode.AUTH_TOKEN_MISSING, "Send a token in the header \"Authorization: Bearer <token>\".");
        }
        return bearer.group(1);
    }
}

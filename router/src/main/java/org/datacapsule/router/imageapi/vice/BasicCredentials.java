package org.datacapsule.router.imageapi.vice;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/** HTTP Basic authentication (RFC 7617), in UTF-8. */
record BasicCredentials(String userName, String password) {
    private static final Pattern FORM = Pattern.compile("basic +([A-Za-z0-9+/=]+) *", Pattern.CASE_INSENSITIVE);

    /** @throws ProblemException when the header has none */
    static BasicCredentials of(Optional<String> authorization) {
        Matcher form = FORM.matcher(authorization.orElse(""));
        if (!form.matches()) {
            throw new ProblemException(
                    ErrorCode.AUTH_TOKEN_MISSING, "Sign in by HTTP Basic; a token goes where the password is.");
        }
        try {
            String both = new String(Base64.getDecoder().decode(form.group(1)), StandardCharsets.UTF_8);
            int colon = both.indexOf(':');
            if (colon >= 0 && both.indexOf('\0') < 0) {
                return new BasicCredentials(both.substring(0, colon), both.substring(colon + 1));
            }
        } catch (IllegalArgumentException e) {
            // Said below, as of text without a colon.
        }
        throw new ProblemException(
                ErrorCode.AUTH_TOKEN_INVALID, "The Authorization header is not as HTTP Basic has it.");
    }
}

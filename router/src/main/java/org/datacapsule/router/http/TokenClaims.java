package org.datacapsule.router.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.jspecify.annotations.Nullable;

/** Makes a caller of a token's claims, under the names the configuration has for them. */
final class TokenClaims {
    private static final int LONGEST = 128;
    private static final int LONGEST_EMAIL = 254;
    private static final Pattern EMAIL = Pattern.compile("[^\\s@]+@[^\\s@]+");

    /** What the service does by itself is written down under names that begin so. */
    private static final String RESERVED = "system:";

    private final AuthConfig.Claims names;

    TokenClaims(AuthConfig.Claims names) {
        this.names = names;
    }

    Caller caller(JsonObject payload) {
        String guid = text(payload, names.guid(), LONGEST).orElseThrow(() -> invalid(names.guid(), "is required"));
        if (guid.startsWith(RESERVED)) {
            throw invalid(names.guid(), "begins with " + RESERVED + ", as only the service itself does");
        }
        Optional<String> email = text(payload, names.email(), LONGEST_EMAIL);
        if (email.isPresent() && !EMAIL.matcher(email.get()).matches()) {
            throw invalid(names.email(), "is not an email address");
        }
        return new Caller(guid, email, text(payload, names.userName(), LONGEST), roles(payload));
    }

    private static Optional<String> text(JsonObject payload, String name, int longest) {
        Object value = find(payload, name);
        if (value == null || value.equals("")) {
            return Optional.empty();
        }
        if (!(value instanceof String text)
                || text.length() > longest
                || UnicodeText.hasControlCharacter(text)
                || !UnicodeText.isWellFormed(text)) {
            throw invalid(name, "is not text of at most " + longest + " characters without control characters");
        }
        return Optional.of(text);
    }

    /** Roles of other services stand in the same list, so an unknown one is nobody's error. */
    private Set<TokenRole> roles(JsonObject payload) {
        Set<TokenRole> roles = EnumSet.noneOf(TokenRole.class);
        if (find(payload, names.roles()) instanceof JsonArray list) {
            for (TokenRole role : TokenRole.values()) {
                if (list.contains(role.name().toLowerCase(Locale.ROOT))) {
                    roles.add(role);
                }
            }
        }
        return roles;
    }

    /** A claim by its name, or by a path such as {@code realm_access.roles}, where Keycloak has its roles. */
    private static @Nullable Object find(JsonObject payload, String name) {
        Object direct = payload.getValue(name);
        int dot = name.indexOf('.');
        if (direct != null || dot < 0) {
            return direct;
        }
        return payload.getValue(name.substring(0, dot)) instanceof JsonObject inner
                ? find(inner, name.substring(dot + 1))
                : null;
    }

    private static ProblemException invalid(String claim, String what) {
        return new ProblemException(ErrorCode.AUTH_TOKEN_INVALID, "The token's claim " + claim + " " + what + ".");
    }
}

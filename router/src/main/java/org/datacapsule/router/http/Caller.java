package org.datacapsule.router.http;

import java.util.Optional;
import java.util.Set;

/**
 * Who calls, as the token says; nothing else a client sends is taken for identity.
 *
 * @param guid the token's {@code sub}
 * @param email as of this call
 * @param userName {@code preferred_username}
 */
public record Caller(String guid, Optional<String> email, Optional<String> userName, Set<TokenRole> roles) {
    /** Whoever calls what needs no token. */
    static final Caller ANYBODY = new Caller("anybody", Optional.empty(), Optional.empty(), Set.of());

    public Caller {
        roles = Set.copyOf(roles);
    }

    public boolean hasAny(TokenRole... wanted) {
        for (TokenRole role : wanted) {
            if (roles.contains(role)) {
                return true;
            }
        }
        return false;
    }
}

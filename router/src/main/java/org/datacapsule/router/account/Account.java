package org.datacapsule.router.account;

import java.util.Optional;
import java.util.Set;
import org.datacapsule.router.http.Caller;

/**
 * Somebody with a password.
 *
 * @param guid never that of anybody who comes with a token of another's
 */
public record Account(String guid, String userName, Optional<String> email, Optional<String> fullName) {

    /** Who that is as a caller; an account has no role. */
    public Caller caller() {
        return new Caller(guid, email, Optional.of(userName), Set.of());
    }
}

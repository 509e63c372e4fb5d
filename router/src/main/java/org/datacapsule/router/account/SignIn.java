package org.datacapsule.router.account;

import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.http.Authenticator;

/** Makes a token of what stands where a client has a name and a password: a token, or the password of an account. */
public final class SignIn {
    private final Optional<Accounts> accounts;

    /** @param accounts none: there are tokens only */
    public SignIn(Optional<Accounts> accounts) {
        this.accounts = accounts;
    }

    /**
     * A token that is given in the place of a password is the answer as it is, and not looked at.
     *
     * @throws ProblemException {@link ErrorCode#AUTH_TOKEN_INVALID}
     */
    public String token(String userName, String password) throws InterruptedException {
        if (Authenticator.isToken(password)) {
            return password;
        }
        Accounts known = require("The password must be a token: there are no accounts here.");
        return known.token(known.signIn(userName, password));
    }

    /**
     * The same for clients that send the SHA-512 of a password, in hex; no token is told by it.
     *
     * @throws ProblemException {@link ErrorCode#AUTH_TOKEN_INVALID}
     */
    public String tokenByDigest(String userName, String digest) throws InterruptedException {
        Accounts known = require("There are no accounts here; take a token of yours for the session.");
        return known.token(known.signInByDigest(userName, digest));
    }

    private Accounts require(String otherwise) {
        return accounts.orElseThrow(() -> new ProblemException(ErrorCode.AUTH_TOKEN_INVALID, otherwise));
    }
}

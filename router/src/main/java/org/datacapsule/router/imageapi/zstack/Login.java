package org.datacapsule.router.imageapi.zstack;

import io.vertx.core.json.JsonObject;
import java.util.regex.Pattern;
import org.datacapsule.router.account.SignIn;
import org.datacapsule.router.http.Authenticator;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Parameters;

/** {@code PUT /accounts/login}: the SHA-512 of an account's password comes in, and a token goes out as the session. */
final class Login {
    private static final Pattern DIGEST = Pattern.compile("[0-9a-fA-F]{128}");
    private static final int LONGEST_NAME = 255;

    private final SignIn signIn;
    private final Authenticator tokens;

    Login(SignIn signIn, Authenticator tokens) {
        this.signIn = signIn;
        this.tokens = tokens;
    }

    DialectAnswer byAccount(DialectRequest request) throws InterruptedException {
        if (!(request.json().getValue("logInByAccount") instanceof JsonObject given)) {
            throw Parameters.invalid("logInByAccount", "must be an object");
        }
        if (!(given.getValue("accountName") instanceof String name) || name.length() > LONGEST_NAME) {
            throw Parameters.invalid("accountName", "must be text");
        }
        if (!(given.getValue("password") instanceof String digest)
                || !DIGEST.matcher(digest).matches()) {
            throw Parameters.invalid("password", "must be the SHA-512 of the password, in 128 hex digits");
        }
        String token = signIn.tokenByDigest(name, digest);
        Authenticator.Verified session = tokens.verify(token);
        String account = session.caller().guid();
        return DialectAnswer.json(
                200,
                new JsonObject()
                        .put(
                                "inventory",
                                new JsonObject()
                                        .put("uuid", token)
                                        .put("accountUuid", account)
                                        .put("userUuid", account)
                                        .put("expiredDate", session.expires().toString())));
    }
}

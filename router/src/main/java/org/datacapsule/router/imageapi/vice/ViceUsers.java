package org.datacapsule.router.imageapi.vice;

import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.regex.Pattern;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.account.Account;
import org.datacapsule.router.account.Accounts;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Parameters;

/** {@code /user}: who calls, and, where that is switched on, an account for anybody. No password is ever answered. */
final class ViceUsers {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");
    private static final int LONGEST = 255;

    private final Optional<Accounts> accounts;

    /** @param accounts none: people come with tokens of their identity provider only */
    ViceUsers(Optional<Accounts> accounts) {
        this.accounts = accounts;
    }

    DialectAnswer create(DialectRequest request, Call call) throws InterruptedException {
        Accounts open = accounts.orElseThrow(() -> new ProblemException(
                ErrorCode.AUTH_FORBIDDEN, "Nobody makes accounts here; sign in with a token as the password."));
        Members members = Members.of(request);
        String name = members.required("username", LONGEST);
        if (!NAME.matcher(name).matches()) {
            throw Parameters.invalid("username", "must have 1 to 64 of letters, digits, and . _ @ - after the first");
        }
        Account made = open.create(
                call,
                new Accounts.NewAccount(
                        name,
                        members.required("password", LONGEST),
                        members.text("email", LONGEST),
                        members.text("fullname", LONGEST)));
        return DialectAnswer.json(200, json(made));
    }

    DialectAnswer show(Call call) throws InterruptedException {
        Caller caller = call.caller();
        Optional<Account> account = accounts.isPresent() ? accounts.get().of(caller) : Optional.empty();
        return DialectAnswer.json(
                200,
                json(account.orElseGet(() -> new Account(
                        caller.guid(), caller.userName().orElse(caller.guid()), caller.email(), Optional.empty()))));
    }

    private static JsonObject json(Account account) {
        JsonObject json = new JsonObject().put("id", account.guid());
        account.fullName().ifPresent(text -> json.put("fullname", text));
        account.email().ifPresent(text -> json.put("email", text));
        return json.put("username", account.userName());
    }
}

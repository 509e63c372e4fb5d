package org.datacapsule.router.account;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.DevelopmentTokens;
import org.datacapsule.router.http.Parameters;

/** Makes accounts, and knows people by their passwords. */
public final class Accounts {
    /** Looking at a password is work, and strangers can ask for it. */
    private static final int LOOKS_AT_ONCE = 2;

    /** So long a token holds that was given for a password. */
    private static final Duration SESSION = Duration.ofHours(2);

    private final Database database;
    private final AuditLog audit;
    private final DevelopmentTokens tokens;
    private final AccountStore store = new AccountStore();
    private final Semaphore looks = new Semaphore(LOOKS_AT_ONCE);

    /** @param tokens mints what somebody is known by who signed in with a password */
    public Accounts(Database database, AuditLog audit, DevelopmentTokens tokens) {
        this.database = database;
        this.audit = audit;
        this.tokens = tokens;
    }

    /** An account that is asked for. */
    public record NewAccount(String userName, String password, Optional<String> email, Optional<String> fullName) {}

    /** @throws ProblemException when somebody has the name already */
    public Account create(Call call, NewAccount asked) throws InterruptedException {
        Account account =
                new Account("account-" + UUID.randomUUID(), asked.userName(), asked.email(), asked.fullName());
        PasswordHash password = looking(() -> PasswordHash.of(PasswordHash.digest(asked.password())));
        return database.transaction(tx -> {
            if (!store.insert(tx, account, password)) {
                throw Parameters.invalid("username", "somebody has this name already");
            }
            audit.done(tx, call, "account " + account.guid());
            return account;
        });
    }

    /** @throws ProblemException {@link ErrorCode#AUTH_TOKEN_INVALID} when there is no such account, or another password */
    public Account signIn(String userName, String password) throws InterruptedException {
        return signInByDigest(userName, PasswordHash.digest(password));
    }

    /**
     * The same for clients that send no password.
     *
     * @param digest SHA-512 of the password, in hex
     */
    public Account signInByDigest(String userName, String digest) throws InterruptedException {
        Optional<AccountStore.Kept> kept = database.read(tx -> store.named(tx, userName));
        PasswordHash hash = kept.map(AccountStore.Kept::password).orElseGet(PasswordHash::ofNobody);
        if (!looking(() -> hash.fits(digest)) || kept.isEmpty()) {
            throw new ProblemException(
                    ErrorCode.AUTH_TOKEN_INVALID, "There is no account of this name with this password.");
        }
        return kept.get().account();
    }

    /** A token for somebody who signed in, good for two hours wherever tokens are. */
    public String token(Account account) {
        return tokens.mint(account.guid(), account.email(), Optional.of(account.userName()), Set.of(), SESSION);
    }

    /** The caller's account, if the caller has one. */
    public Optional<Account> of(Caller caller) throws InterruptedException {
        return database.read(tx -> store.of(tx, caller.guid()));
    }

    @FunctionalInterface
    private interface Look<T> {
        T at();
    }

    private <T> T looking(Look<T> look) throws InterruptedException {
        looks.acquire();
        try {
            return look.at();
        } finally {
            looks.release();
        }
    }
}

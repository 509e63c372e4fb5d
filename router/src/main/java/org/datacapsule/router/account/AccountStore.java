package org.datacapsule.router.account;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import org.datacapsule.router.database.Tx;

/** Rows of accounts. */
final class AccountStore {

    /** An account, and what its password is known by. */
    record Kept(Account account, PasswordHash password) {}

    /** Answers whether nobody had the name, in any letter case. */
    boolean insert(Tx tx, Account account, PasswordHash password) throws InterruptedException {
        String sql = """
                insert into account (guid, user_name, email, full_name, salt, iterations, hash)
                values ($1, $2, $3, $4, $5, $6, $7)
                on conflict (lower(user_name)) do nothing
                """;
        return tx.update(sql, Tuple.from(new Object[] {
                    account.guid(),
                    account.userName(),
                    account.email().orElse(null),
                    account.fullName().orElse(null),
                    password.salt(),
                    password.iterations(),
                    password.hash()
                }))
                == 1;
    }

    Optional<Kept> named(Tx tx, String userName) throws InterruptedException {
        String sql = """
                select guid, user_name, email, full_name, salt, iterations, hash from account
                where lower(user_name) = lower($1)
                """;
        return tx.first(sql, Tuple.of(userName), AccountStore::kept);
    }

    Optional<Account> of(Tx tx, String guid) throws InterruptedException {
        String sql = "select guid, user_name, email, full_name from account where guid = $1";
        return tx.first(sql, Tuple.of(guid), AccountStore::account);
    }

    private static Kept kept(Row row) {
        return new Kept(
                account(row),
                new PasswordHash(row.getString("salt"), row.getInteger("iterations"), row.getString("hash")));
    }

    private static Account account(Row row) {
        return new Account(
                row.getString("guid"),
                row.getString("user_name"),
                Optional.ofNullable(row.getString("email")),
                Optional.ofNullable(row.getString("full_name")));
    }
}

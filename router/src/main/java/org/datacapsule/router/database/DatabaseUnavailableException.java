package org.datacapsule.router.database;

import java.io.Serial;

/** Postgres cannot be reached, or went away in the middle; whether a commit under way took effect is unknown. */
public final class DatabaseUnavailableException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public DatabaseUnavailableException(Throwable cause) {
        super("the database is not available: " + cause.getMessage(), cause);
    }
}

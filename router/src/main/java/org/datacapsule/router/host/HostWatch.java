package org.datacapsule.router.host;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.datacapsule.router.database.Database;

/**
 * Looks for hosts whose lease is over. While the routers or their database were away nobody could renew one, so it only goes by
 * what it sees after it has looked without a break for as long as a lease.
 */
public final class HostWatch {
    private final Database database;
    private final HostAbsence absence;
    private final Duration lease;
    private final InstantSource clock;
    private Instant watchingSince;
    private Instant lastLook;

    public HostWatch(Database database, HostAbsence absence, HostConfig config, InstantSource clock) {
        this.database = database;
        this.absence = absence;
        this.lease = config.lease();
        this.clock = clock;
        this.watchingSince = clock.instant();
        this.lastLook = watchingSince;
    }

    /** Answers whether there may be more to notice at once. */
    public boolean look() throws InterruptedException {
        if (!database.answers()) {
            watchingSince = clock.instant();
            return false;
        }
        Instant now = clock.instant();
        if (Duration.between(lastLook, now).compareTo(lease) > 0) {
            watchingSince = now;
        }
        lastLook = now;
        return Duration.between(watchingSince, now).compareTo(lease) > 0 && database.transaction(absence::noticeOne);
    }
}

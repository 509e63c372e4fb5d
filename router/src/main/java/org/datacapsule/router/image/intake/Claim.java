package org.datacapsule.router.image.intake;

import java.time.Duration;
import java.util.UUID;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.work.Loop;

/** Keeps others from an intake while this router works on it; renewed beside the work, and gone a while after the router. */
final class Claim implements AutoCloseable {
    static final Duration LEASE = Duration.ofSeconds(20);

    private final Database database;
    private final IntakeStore intakes;
    private final ImageId id;
    private final UUID work;
    private final Loop renewal;
    private volatile long heldUntil = System.nanoTime() + LEASE.toNanos();
    private volatile boolean lost;

    /** Of an intake that was claimed in the database for {@code work} just now. */
    Claim(Database database, IntakeStore intakes, ImageId id, UUID work) {
        this.database = database;
        this.intakes = intakes;
        this.id = id;
        this.work = work;
        this.renewal = Loop.start("image-claim", LEASE.dividedBy(4), this::renew);
    }

    UUID work() {
        return work;
    }

    /** Whether nobody else can have begun to work on it. */
    boolean isHeld() {
        return !lost && System.nanoTime() - heldUntil < 0;
    }

    private boolean renew() throws InterruptedException {
        long now = System.nanoTime();
        if (database.transaction(tx -> intakes.renew(tx, id, work, LEASE))) {
            heldUntil = now + LEASE.toNanos();
        } else {
            lost = true;
        }
        return false;
    }

    @Override
    public void close() {
        renewal.close();
    }
}

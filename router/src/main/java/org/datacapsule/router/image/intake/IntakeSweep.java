package org.datacapsule.router.image.intake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.image.depot.ImageDepot;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives up what nobody goes on with, forgets what ended long ago, and deletes what crashed routers left. */
final class IntakeSweep {
    private static final Logger LOG = LoggerFactory.getLogger(IntakeSweep.class);
    private static final Duration REMEMBERED = Duration.ofDays(7);

    private final Database database;
    private final IntakeStore intakes;
    private final EndIntake end;
    private final ImageDepot depot;
    private final Duration untouched;

    IntakeSweep(Database database, IntakeStore intakes, EndIntake end, ImageDepot depot, IntakeConfig config) {
        this.database = database;
        this.intakes = intakes;
        this.end = end;
        this.depot = depot;
        // Later than any row that stands for a draft can be alive.
        this.untouched = config.uploadLife()
                .plus(config.importLife())
                .plus(config.checkLimit().multipliedBy(4))
                .plusDays(1);
    }

    /** @return whether there may be more to do */
    boolean sweepOne() throws InterruptedException {
        boolean expired = database.transaction(tx -> {
            Optional<Intake> late = intakes.lockExpired(tx);
            if (late.isPresent()) {
                end.fail(
                        tx,
                        late.get(),
                        Problem.of(
                                ErrorCode.IMAGE_UPLOAD_EXPIRED,
                                "Only " + late.get().received()
                                        + " bytes had come when its time was over; begin anew."));
            }
            intakes.purge(tx, REMEMBERED);
            return late.isPresent();
        });
        if (!expired) {
            sweepDrafts();
        }
        return expired;
    }

    private void sweepDrafts() {
        try {
            int swept = depot.drafts().sweep(untouched);
            if (swept > 0) {
                LOG.atInfo().addKeyValue("drafts", swept).log("drafts that nobody goes on with are deleted");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("drafts could not be swept", e);
        }
    }
}

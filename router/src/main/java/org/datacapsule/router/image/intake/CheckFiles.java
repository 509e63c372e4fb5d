package org.datacapsule.router.image.intake;

import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.image.depot.Draft;
import org.datacapsule.router.image.inspect.RefusedImageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at files that are whole, one at a time, and makes images of those that are taken. */
final class CheckFiles {
    private static final Logger LOG = LoggerFactory.getLogger(CheckFiles.class);
    private static final int MOST_ATTEMPTS = 5;

    private final Database database;
    private final IntakeStore intakes;
    private final Store.Open store;
    private final EndIntake end;
    private final IntakeConfig config;

    CheckFiles(Database database, IntakeStore intakes, Store.Open store, EndIntake end, IntakeConfig config) {
        this.database = database;
        this.intakes = intakes;
        this.store = store;
        this.end = end;
        this.config = config;
    }

    /** @return whether there was one */
    boolean checkOne() throws InterruptedException {
        UUID work = UUID.randomUUID();
        Optional<Intake> claimed =
                database.transaction(tx -> intakes.claimNext(tx, IntakeState.CHECKING, work, Claim.LEASE));
        if (claimed.isPresent()) {
            try (Claim claim = new Claim(database, intakes, claimed.get().id(), work)) {
                check(claimed.get(), claim);
            }
        }
        return claimed.isPresent();
    }

    private void check(Intake intake, Claim claim) throws InterruptedException {
        Draft given = store.depot().drafts().draft(intake.id().value());
        Draft made = store.depot().drafts().draft(UUID.randomUUID());
        try {
            Optional<Problem> mismatch = mismatch(intake, given);
            if (mismatch.isPresent()) {
                boolean unused = settle(intake, claim, tx -> end.fail(tx, intake, mismatch.get()));
                return;
            }
            make(intake, given, made);
            Sha256 content = made.sha256();
            store.depot().bring(made, content);
            if (!settle(intake, claim, tx -> end.succeed(tx, intake, made, content))) {
                database.transaction(tx -> {
                    end.forget(tx, content);
                    return true;
                });
            }
        } catch (RefusedImageException e) {
            settle(intake, claim, tx -> end.fail(tx, intake, e.problem()));
        } catch (IOException e) {
            notThisTime(intake, claim, e);
        } finally {
            drop(made);
        }
    }

    private static Optional<Problem> mismatch(Intake intake, Draft given) throws IOException {
        if (intake.sha256().isEmpty()) {
            return Optional.empty();
        }
        Sha256 came = given.sha256();
        return came.equals(intake.sha256().get())
                ? Optional.empty()
                : Optional.of(Problem.of(
                        ErrorCode.IMAGE_CONTENT_MISMATCH,
                        "The file that came has the sha256 " + came + ", not "
                                + intake.sha256().get() + "."));
    }

    private void make(Intake intake, Draft given, Draft made)
            throws IOException, RefusedImageException, InterruptedException {
        try (Draft.Writing empty = made.write(0)) {
            empty.force();
        }
        long most = Math.min(config.mostBytes(), store.depot().drafts().room());
        store.looking().make(given.file(), intake.format(), made.file(), most);
    }

    /** What ends an intake. */
    @FunctionalInterface
    private interface Ending {
        void in(Tx tx) throws InterruptedException;
    }

    /**
     * Where the claim was lost meanwhile, who has it now does the same.
     *
     * @return whether it was not
     */
    private boolean settle(Intake intake, Claim claim, Ending ending) throws InterruptedException {
        boolean ours = database.transaction(tx -> {
            if (!intakes.renew(tx, intake.id(), claim.work(), Claim.LEASE)) {
                return false;
            }
            ending.in(tx);
            return true;
        });
        LOG.atInfo()
                .addKeyValue("imageId", intake.id())
                .addKeyValue("settled", ours)
                .log("a file was looked at");
        return ours;
    }

    /** The fault is not the file's. */
    private void notThisTime(Intake intake, Claim claim, IOException e) throws InterruptedException {
        LOG.atWarn().addKeyValue("imageId", intake.id()).setCause(e).log("a file could not be looked at");
        settle(intake, claim, tx -> {
            if (intakes.attempts(tx, intake.id()) + 1 >= MOST_ATTEMPTS) {
                end.fail(
                        tx,
                        intake,
                        Problem.of(
                                ErrorCode.INTERNAL,
                                "The file could not be looked at; whoever runs the cluster finds why in the log."));
            } else {
                intakes.again(tx, intake.id(), claim.work());
            }
        });
    }

    private static void drop(Draft draft) {
        try {
            draft.delete();
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("a draft could not be deleted and is left for the sweep");
        }
    }
}

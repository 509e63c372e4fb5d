package org.datacapsule.router.image.intake;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.image.depot.Draft;
import org.datacapsule.router.image.source.Fetched;
import org.datacapsule.router.image.source.ImageSource;
import org.datacapsule.router.image.source.SourceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the files of imports, each by one router at a time; whoever takes over goes on behind what is held, as long as
 * the source says that its file is still the same.
 */
final class FetchImports {
    private static final Logger LOG = LoggerFactory.getLogger(FetchImports.class);
    private static final int BUFFER = 256 * 1024;
    private static final long CHECKPOINT = 32L << 20;
    private static final int MOST_ATTEMPTS = 20;

    private final Database database;
    private final IntakeStore intakes;
    private final Store.Open store;
    private final ImageSource source;
    private final EndIntake end;
    private final IntakeConfig config;
    private final Runnable arrived;

    FetchImports(
            Database database,
            IntakeStore intakes,
            Store.Open store,
            ImageSource source,
            EndIntake end,
            IntakeConfig config,
            Runnable arrived) {
        this.database = database;
        this.intakes = intakes;
        this.store = store;
        this.source = source;
        this.end = end;
        this.config = config;
        this.arrived = arrived;
    }

    /** @return whether there was one */
    boolean fetchOne() throws InterruptedException {
        UUID work = UUID.randomUUID();
        Optional<Intake> claimed =
                database.transaction(tx -> intakes.claimNext(tx, IntakeState.RECEIVING, work, Claim.LEASE));
        if (claimed.isPresent()) {
            try (Claim claim = new Claim(database, intakes, claimed.get().id(), work)) {
                fetch(claimed.get(), claim);
            }
        }
        return claimed.isPresent();
    }

    private void fetch(Intake intake, Claim claim) throws InterruptedException {
        try {
            long bytes = copy(intake, claim);
            database.transaction(tx -> {
                intakes.whole(tx, intake.id(), claim.work(), bytes, config.uploadLife());
                return true;
            });
            arrived.run();
        } catch (ProblemException e) {
            fail(intake, claim, e.problem());
        } catch (SourceException e) {
            notThisTime(intake, claim, e.problem(), e.isPassing());
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("imageId", intake.id()).setCause(e).log("an import was interrupted");
            notThisTime(
                    intake,
                    claim,
                    Problem.of(ErrorCode.IMAGE_IMPORT_FAILED, "The connection to the source was lost again and again."),
                    true);
        }
    }

    /** @return the size of the file, which is held for good then */
    private long copy(Intake intake, Claim claim) throws IOException, SourceException, InterruptedException {
        Draft draft = store.depot().drafts().draft(intake.id().value());
        long held = Math.min(intake.received(), draft.size());
        Optional<String> validator = database.read(tx -> intakes.validator(tx, intake.id()));
        try (Fetched fetched = source.open(intake.source().orElseThrow(), held, validator)) {
            requireRoom(fetched);
            database.transaction(tx -> {
                intakes.received(tx, intake.id(), claim.work(), fetched.offset(), config.importLife());
                intakes.sourceSays(tx, intake.id(), fetched.total(), fetched.validator());
                return true;
            });
            try (Draft.Writing writing = draft.write(fetched.offset())) {
                try {
                    append(fetched, writing, intake, claim);
                } finally {
                    keep(writing, intake, claim);
                }
                long got = writing.position();
                if (got == 0
                        || (fetched.total().isPresent() && got < fetched.total().getAsLong())) {
                    throw new IOException("the source ended after " + got + " bytes");
                }
                return got;
            }
        }
    }

    private void append(Fetched fetched, Draft.Writing writing, Intake intake, Claim claim)
            throws IOException, InterruptedException {
        byte[] buffer = new byte[BUFFER];
        long checkpoint = writing.position();
        long most = fetched.total().orElse(config.mostBytes());
        int read = fetched.content().read(buffer);
        while (read >= 0) {
            writing.append(ByteBuffer.wrap(buffer, 0, read));
            if (writing.position() > most) {
                throw BeginIntake.tooLarge(writing.position(), most);
            }
            if (!claim.isHeld()) {
                throw new IOException("the import was ended, or went on elsewhere");
            }
            if (writing.position() - checkpoint >= CHECKPOINT) {
                keep(writing, intake, claim);
                checkpoint = writing.position();
            }
            read = fetched.content().read(buffer);
        }
    }

    private void keep(Draft.Writing writing, Intake intake, Claim claim) throws IOException, InterruptedException {
        writing.force();
        long held = writing.position();
        database.transaction(tx -> intakes.received(tx, intake.id(), claim.work(), held, config.importLife()));
    }

    private void requireRoom(Fetched fetched) throws IOException {
        OptionalLong total = fetched.total();
        if (total.isEmpty()) {
            return;
        }
        if (total.getAsLong() > config.mostBytes()) {
            throw BeginIntake.tooLarge(total.getAsLong(), config.mostBytes());
        }
        if (total.getAsLong() - fetched.offset() > store.depot().drafts().room()) {
            throw BeginIntake.full();
        }
    }

    private void notThisTime(Intake intake, Claim claim, Problem problem, boolean passing) throws InterruptedException {
        boolean last = !passing || database.read(tx -> intakes.attempts(tx, intake.id())) + 1 >= MOST_ATTEMPTS;
        if (last) {
            fail(intake, claim, problem);
            return;
        }
        database.transaction(tx -> {
            intakes.again(tx, intake.id(), claim.work());
            return true;
        });
    }

    private void fail(Intake intake, Claim claim, Problem problem) throws InterruptedException {
        database.transaction(tx -> {
            if (intakes.renew(tx, intake.id(), claim.work(), Claim.LEASE)) {
                end.fail(tx, intake, problem);
            }
            return true;
        });
    }
}

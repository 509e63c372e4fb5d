package org.datacapsule.router.image.intake;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.image.depot.Draft;

/**
 * Takes the file of an upload, whole or part after part, by whichever router. What has arrived when a connection is lost is
 * kept; the next part goes on behind it. The last byte makes the upload one to be looked at.
 */
public final class ReceiveUpload {
    private static final int BUFFER = 256 * 1024;
    /** After so many bytes it is written down that they are held. */
    private static final long CHECKPOINT = 64L << 20;

    private final Database database;
    private final IntakeStore intakes;
    private final Store store;
    private final IntakeConfig config;
    private final Runnable arrived;

    /** @param arrived told when a file is whole */
    ReceiveUpload(Database database, IntakeStore intakes, Store store, IntakeConfig config, Runnable arrived) {
        this.database = database;
        this.intakes = intakes;
        this.store = store;
        this.config = config;
        this.arrived = arrived;
    }

    /**
     * Bytes of a file that are about to come.
     *
     * @param from where in the file they begin; none: they are the whole file, and what is held is dropped
     * @param length how many they are; none: as many as come
     * @param total of the file, where it is known
     */
    public record Part(OptionalLong from, OptionalLong length, OptionalLong total) {
        /** The whole file in one go. */
        public static Part whole(OptionalLong length) {
            return new Part(OptionalLong.empty(), length, length);
        }
    }

    /**
     * Returns once the bytes are held for good.
     *
     * @return the upload as it is then
     * @throws ProblemException {@link ErrorCode#IMAGE_UPLOAD_CONFLICT} when they do not go on where the last ended
     */
    public Intake receive(Caller caller, ImageId id, Part part, InputStream content) throws InterruptedException {
        Draft draft = store.require().depot().drafts().draft(id.value());
        UUID work = UUID.randomUUID();
        Begun begun = database.transaction(tx -> begin(tx, caller, id, part, draft, work));
        try (Claim claim = new Claim(database, intakes, id, work)) {
            new Arrival(begun, draft, claim).take(content);
        } finally {
            database.transaction(tx -> {
                intakes.release(tx, id, work);
                return true;
            });
        }
        return database.read(tx -> intakes.find(tx, id)).orElseThrow(() -> ShowIntakes.notFound(id));
    }

    /**
     * What was agreed on.
     *
     * @param from where the first byte goes
     * @param end behind the last, as far as it is known
     * @param total of the file, as far as it is known
     * @param most where the file ends at the latest
     */
    private record Begun(ImageId id, long from, OptionalLong end, OptionalLong total, long most) {}

    private Begun begin(Tx tx, Caller caller, ImageId id, Part part, Draft draft, UUID work)
            throws InterruptedException {
        Intake intake = intakes.lock(tx, id)
                .filter(found -> !found.isImport() && ShowIntakes.isOf(found, caller))
                .orElseThrow(() -> ShowIntakes.notFound(id));
        if (intake.state() != IntakeState.RECEIVING) {
            throw conflict("The upload is " + intake.state() + " and takes no more bytes.");
        }
        OptionalLong total = total(intake, part);
        long held = Math.min(intake.received(), size(draft));
        long from = part.from().orElse(0);
        if (part.from().isPresent() && from != held) {
            throw conflict("The part begins at byte " + from + ", and " + held + " bytes are held; go on with byte "
                    + held + ".");
        }
        OptionalLong end =
                part.length().isPresent() ? OptionalLong.of(from + part.length().getAsLong()) : OptionalLong.empty();
        long most = total.orElse(config.mostBytes());
        if (end.isPresent() && end.getAsLong() > most) {
            throw tooMany(most);
        }
        if (!intakes.claim(tx, id, work, Claim.LEASE)) {
            throw conflict("Another part is arriving at this moment; ask how many bytes are held, and try again.");
        }
        intakes.received(tx, id, work, from, config.uploadLife());
        return new Begun(id, from, end, total, most);
    }

    private OptionalLong total(Intake intake, Part part) {
        OptionalLong announced = intake.sizeBytes();
        OptionalLong said = part.total();
        if (said.isPresent() && said.getAsLong() > config.mostBytes()) {
            throw BeginIntake.tooLarge(said.getAsLong(), config.mostBytes());
        }
        if (announced.isPresent() && said.isPresent() && announced.getAsLong() != said.getAsLong()) {
            throw new ProblemException(
                    ErrorCode.REQUEST_INVALID,
                    "The file was said to have " + announced.getAsLong() + " bytes, and now to have " + said.getAsLong()
                            + ".");
        }
        return announced.isPresent() ? announced : said;
    }

    /** One part as it arrives. */
    private final class Arrival {
        private final Begun begun;
        private final Draft draft;
        private final Claim claim;
        private long checkpoint;

        Arrival(Begun begun, Draft draft, Claim claim) {
            this.begun = begun;
            this.draft = draft;
            this.claim = claim;
            this.checkpoint = begun.from();
        }

        void take(InputStream content) throws InterruptedException {
            try (Draft.Writing writing = draft.write(begun.from())) {
                Optional<ProblemException> broken = write(content, writing);
                keep(writing);
                if (broken.isPresent()) {
                    throw broken.get();
                }
                end(writing.position());
            } catch (IOException e) {
                throw new UncheckedIOException("upload " + begun.id() + " could not be written", e);
            }
        }

        /** What was wrong with the bytes, if anything; what came before that is written. */
        private Optional<ProblemException> write(InputStream content, Draft.Writing writing)
                throws IOException, InterruptedException {
            byte[] buffer = new byte[BUFFER];
            long at = begun.from();
            long end = begun.end().orElse(begun.most());
            while (true) {
                int read;
                try {
                    read = content.read(buffer);
                } catch (IOException e) {
                    return Optional.of(new ProblemException(
                            ErrorCode.REQUEST_MALFORMED, "The request ended before its body did; go on from there."));
                }
                if (read < 0) {
                    return begun.end().isPresent() && at < end ? Optional.of(tooFew(end - at)) : Optional.empty();
                }
                int fits = (int) Math.min(read, end - at);
                writing.append(ByteBuffer.wrap(buffer, 0, fits));
                at += fits;
                if (fits < read) {
                    return Optional.of(tooMany(end));
                }
                if (at - checkpoint >= CHECKPOINT) {
                    keep(writing);
                }
            }
        }

        private void keep(Draft.Writing writing) throws IOException, InterruptedException {
            writing.force();
            long held = writing.position();
            boolean ours = claim.isHeld()
                    && database.transaction(
                            tx -> intakes.received(tx, begun.id(), claim.work(), held, config.uploadLife()));
            if (!ours) {
                throw conflict("The upload was ended, or went on elsewhere, while this part arrived.");
            }
            checkpoint = held;
        }

        private void end(long held) throws InterruptedException {
            boolean whole = begun.total().isPresent()
                    ? held == begun.total().getAsLong()
                    // Of a file whose size nobody knew, the end of its one request is the end.
                    : begun.end().isEmpty() && held > 0;
            if (whole) {
                database.transaction(tx -> {
                    intakes.whole(tx, begun.id(), claim.work(), held, config.uploadLife());
                    return true;
                });
                arrived.run();
            }
        }
    }

    private static long size(Draft draft) {
        try {
            return draft.size();
        } catch (IOException e) {
            throw new UncheckedIOException("a draft's size is not known", e);
        }
    }

    private static ProblemException conflict(String why) {
        return new ProblemException(ErrorCode.IMAGE_UPLOAD_CONFLICT, why);
    }

    private static ProblemException tooMany(long end) {
        return new ProblemException(
                ErrorCode.REQUEST_TOO_LARGE, "More bytes come than belong here; the last is byte " + (end - 1) + ".");
    }

    private static ProblemException tooFew(long missing) {
        return new ProblemException(
                ErrorCode.REQUEST_MALFORMED, "The body ended " + missing + " bytes early; go on from there.");
    }
}

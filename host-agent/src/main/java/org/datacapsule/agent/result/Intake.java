package org.datacapsule.agent.result;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.agent.config.ResultsConfig;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.ResultMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One guest's side of the counter: takes its lines, and says what it is answered. A transfer is answered with a yes once it
 * is on the disk, and asked about again, it is answered the same. One thread.
 */
final class Intake {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
    /** Stands in answers to data of a transfer that has no name. */
    static final String NOBODY = "0".repeat(32);

    private final Origin origin;
    private final Stores stores;
    private final Set<Refusal> logged = EnumSet.noneOf(Refusal.class);
    private State state = new State.Idle(false);

    Intake(Origin origin, Stores stores) {
        this.origin = origin;
        this.stores = stores;
    }

    /** Whose channel it is. */
    record Origin(HostId host, CapsuleId capsule, long generation) {}

    /** Where results go to, and what holds for them. */
    record Stores(Spool spool, Ledger ledger, ResultsConfig limits, InstantSource clock, ResultSteps steps) {}

    private sealed interface State {
        /** @param complained the guest was told that nothing has begun */
        record Idle(boolean complained) implements State {}

        record Begun(String transfer) implements State {}

        record Receiving(String transfer, Draft draft) implements State {}

        record Refused(String transfer, Refusal why) implements State {}
    }

    /** What came of a line. */
    record Answer(Optional<String> line, Optional<SpooledResult> taken) {
        static final Answer NONE = new Answer(Optional.empty(), Optional.empty());

        static Answer of(String line) {
            return new Answer(Optional.of(line), Optional.empty());
        }
    }

    Answer take(ReleaseLine line) {
        return switch (line) {
            case ReleaseLine.Begin it -> begin(it.transfer());
            case ReleaseLine.Data it -> data(it.bytes());
            case ReleaseLine.End it -> end(it.transfer(), it.sha256());
        };
    }

    /** Drops what has not been ended. */
    void discard() {
        if (state instanceof State.Receiving receiving) {
            discard(receiving.draft());
        }
        state = new State.Idle(false);
    }

    private Answer begin(String transfer) {
        discard();
        Optional<Ledger.Taken> known = stores.ledger().find(origin.capsule(), transfer);
        if (known.isPresent()) {
            return Answer.of(yes(known.get()));
        }
        if (stores.ledger().today(origin.capsule()) >= stores.limits().perDay()) {
            return refuse(transfer, Refusal.TOO_MANY);
        }
        state = new State.Begun(transfer);
        return Answer.NONE;
    }

    private Answer data(ByteBuffer bytes) {
        return switch (state) {
            case State.Idle idle -> {
                state = new State.Idle(true);
                yield idle.complained() ? Answer.NONE : unknown(NOBODY);
            }
            case State.Begun begun -> first(begun.transfer(), bytes);
            case State.Receiving receiving -> more(receiving.transfer(), receiving.draft(), bytes);
            case State.Refused refused -> Answer.NONE;
        };
    }

    private Answer first(String transfer, ByteBuffer bytes) {
        try {
            Draft draft = stores.spool().begin(origin.capsule());
            state = new State.Receiving(transfer, draft);
            stores.steps().reached(ResultStep.DRAFT_BEGUN, origin.capsule());
            return more(transfer, draft, bytes);
        } catch (IOException e) {
            return failed(transfer, e);
        }
    }

    private Answer more(String transfer, Draft draft, ByteBuffer bytes) {
        try {
            if (draft.bytes() + bytes.remaining() > stores.limits().maxBytes()) {
                return refuse(transfer, Refusal.TOO_LARGE);
            }
            return stores.spool().write(draft, bytes) ? Answer.NONE : refuse(transfer, Refusal.NO_ROOM);
        } catch (IOException e) {
            return failed(transfer, e);
        }
    }

    private Answer end(String transfer, Sha256 sha256) {
        Optional<Ledger.Taken> known = stores.ledger().find(origin.capsule(), transfer);
        if (known.isPresent()) {
            discard();
            return Answer.of(
                    known.get().sha256().equals(sha256)
                            ? yes(known.get())
                            : no(transfer, Refusal.DAMAGED.words(stores.limits())));
        }
        return switch (state) {
            case State.Receiving it when it.transfer().equals(transfer) -> whole(transfer, it.draft(), sha256);
            case State.Begun it when it.transfer().equals(transfer) -> refuse(transfer, Refusal.EMPTY);
            case State.Refused it
            when it.transfer().equals(transfer) ->
                Answer.of(no(transfer, it.why().words(stores.limits())));
            case State.Idle it -> unknown(transfer);
            case State.Begun it -> unknown(transfer);
            case State.Receiving it -> unknown(transfer);
            case State.Refused it -> unknown(transfer);
        };
    }

    private Answer whole(String transfer, Draft draft, Sha256 sha256) {
        if (!draft.hash().equals(sha256)) {
            return refuse(transfer, Refusal.DAMAGED);
        }
        SpooledResult result = new SpooledResult(
                transfer,
                new ResultMessage.Begin(
                        draft.id(),
                        origin.capsule(),
                        origin.host(),
                        origin.generation(),
                        draft.bytes(),
                        sha256,
                        stores.clock().instant()));
        try {
            draft.sync();
            stores.steps().reached(ResultStep.ARCHIVE_SYNCED, origin.capsule());
            stores.spool().keep(draft, result);
        } catch (IOException e) {
            return failed(transfer, e);
        }
        state = new State.Idle(false);
        stores.steps().reached(ResultStep.SPOOLED, origin.capsule());
        return counted(result);
    }

    /** What cannot be counted is not taken. */
    private Answer counted(SpooledResult result) {
        try {
            stores.ledger().add(result);
        } catch (IOException e) {
            Answer answer = failed(result.transfer(), e);
            try {
                stores.spool().forget(result);
            } catch (IOException left) {
                e.addSuppressed(left);
            }
            return answer;
        }
        stores.steps().reached(ResultStep.COUNTED, origin.capsule());
        LOG.atInfo()
                .addKeyValue("hostId", origin.host())
                .addKeyValue("capsuleId", origin.capsule())
                .addKeyValue("generation", origin.generation())
                .addKeyValue("resultId", result.id())
                .log("{} bytes handed in for release", result.begin().bytes());
        return new Answer(Optional.of(yes(Ledger.Taken.of(result))), Optional.of(result));
    }

    /** Another transfer that may be under way goes on. */
    private Answer unknown(String transfer) {
        return Answer.of(no(transfer, Refusal.NO_BEGINNING.words(stores.limits())));
    }

    private Answer failed(String transfer, IOException cause) {
        if (!logged.contains(Refusal.NOT_STORED)) {
            LOG.atError()
                    .setCause(cause)
                    .addKeyValue("hostId", origin.host())
                    .addKeyValue("capsuleId", origin.capsule())
                    .log("a result could not be stored");
        }
        return refuse(transfer, Refusal.NOT_STORED);
    }

    private Answer refuse(String transfer, Refusal why) {
        discard();
        state = new State.Refused(transfer, why);
        String words = why.words(stores.limits());
        // Each reason once a channel: a guest must not fill the log either.
        if (logged.add(why)) {
            LOG.atInfo()
                    .addKeyValue("hostId", origin.host())
                    .addKeyValue("capsuleId", origin.capsule())
                    .log("a result was refused: {}", words);
        }
        return Answer.of(no(transfer, words));
    }

    private void discard(Draft draft) {
        try {
            stores.spool().discard(draft);
        } catch (IOException e) {
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("capsuleId", origin.capsule())
                    .log("half a result could not be removed; the next start does it");
        }
    }

    private static String yes(Ledger.Taken taken) {
        return "ok " + taken.transfer() + " " + taken.result() + " " + taken.bytes();
    }

    private static String no(String transfer, String words) {
        return "no " + transfer + " " + words;
    }
}

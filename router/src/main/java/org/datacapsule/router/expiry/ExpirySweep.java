package org.datacapsule.router.expiry;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.datacapsule.common.capsule.CapsuleState;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.router.capsule.Capsule;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.capsule.StartOperation;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.DatabaseUnavailableException;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.event.EventLog;
import org.datacapsule.router.expiry.ExpiryStore.Expiring;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.lifetime.ExpiryStage;
import org.datacapsule.router.lifetime.ExpiryStep;
import org.datacapsule.router.lifetime.LifetimeRule;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes capsules that are due, one a transaction, and does what their lifetime says. Any number of routers may do so: a
 * row is claimed by its lock, and a step changes the stage that it was decided from.
 */
public final class ExpirySweep {
    private static final Logger LOG = LoggerFactory.getLogger(ExpirySweep.class);
    private static final Caller SYSTEM = new Caller("system:expiry", Optional.empty(), Optional.empty(), Set.of());
    /** A changed configuration takes effect within it. */
    private static final Duration LONGEST_WAIT = Duration.ofDays(1);
    /** A capsule that is busy, or could not be dealt with, waits so long. */
    private static final Duration LATER = Duration.ofMinutes(5);

    private final Database database;
    private final CapsuleStore capsules;
    private final StartOperation start;
    private final EventLog events;
    private final ExpiryMail mail;
    private final LifetimeRule rule;
    private final ExpiryStore store = new ExpiryStore();

    public ExpirySweep(
            Database database,
            CapsuleStore capsules,
            StartOperation start,
            EventLog events,
            ExpiryMail mail,
            LifetimeRule rule) {
        this.database = database;
        this.capsules = capsules;
        this.start = start;
        this.events = events;
        this.mail = mail;
        this.rule = rule;
    }

    /** Deals with one capsule; answers whether there was one. */
    public boolean sweepOne() throws InterruptedException {
        AtomicReference<Optional<CapsuleId>> claimed = new AtomicReference<>(Optional.empty());
        try {
            return database.transaction(tx -> {
                Optional<Expiring> due = store.claimDue(tx);
                if (due.isPresent()) {
                    claimed.set(due.map(Expiring::id));
                    sweep(tx, due.get());
                }
                return due.isPresent();
            });
        } catch (DatabaseUnavailableException e) {
            throw e;
        } catch (RuntimeException e) {
            postpone(claimed.get(), e);
            return true;
        }
    }

    private void sweep(Tx tx, Expiring expiring) throws InterruptedException {
        Capsule capsule = capsules.lock(tx, expiring.id()).orElseThrow();
        boolean running = capsule.status().state() == CapsuleState.RUNNING;
        switch (rule.next(expiring.life(), expiring.now(), running)) {
            case ExpiryStep.Wait wait -> {
                Instant most = expiring.now().plus(LONGEST_WAIT);
                store.lookAgain(tx, expiring.id(), wait.until().isBefore(most) ? wait.until() : most);
            }
            case ExpiryStep.Reactivate reactivate -> store.enter(tx, expiring.id(), ExpiryStage.ACTIVE);
            case ExpiryStep.Warn warn -> warn(tx, expiring, warn.end());
            case ExpiryStep.Stop stop -> end(tx, expiring, capsule, OperationKind.STOP);
            case ExpiryStep.Delete delete -> end(tx, expiring, capsule, OperationKind.DELETE);
        }
    }

    private void warn(Tx tx, Expiring expiring, Instant end) throws InterruptedException {
        store.enter(tx, expiring.id(), ExpiryStage.WARNED);
        JsonObject detail = new JsonObject()
                .put("stopsAt", end.toString())
                .put("deletedAt", rule.deletion(end).toString());
        events.add(tx, expiring.id(), "expiry.warning", detail);
        mail.warn(tx, expiring, store.ownersEmails(tx, expiring.id()), end, rule.deletion(end));
        LOG.atInfo().addKeyValue("capsuleId", expiring.id()).log("owner is warned of the capsule's end");
    }

    /** A capsule that is busy is let finish first: the next look finds it in a state that says what to do. */
    private void end(Tx tx, Expiring expiring, Capsule capsule, OperationKind kind) throws InterruptedException {
        CapsuleState state = capsule.status().state();
        if (state.isPending()) {
            store.lookAgain(tx, expiring.id(), expiring.now().plus(LATER));
            return;
        }
        if (kind == OperationKind.STOP && expiring.life().stage() != ExpiryStage.STOPPED) {
            store.enter(tx, expiring.id(), ExpiryStage.STOPPED);
            JsonObject detail = new JsonObject()
                    .put("deletedAt", rule.deletion(expiring.now()).toString());
            events.add(tx, expiring.id(), "expiry.stopped", detail);
        } else {
            store.lookAgain(tx, expiring.id(), expiring.now().plus(LATER));
        }
        if (kind == OperationKind.DELETE || state == CapsuleState.RUNNING) {
            var unused = start.on(tx, call(), capsule, kind);
        }
        LOG.atInfo()
                .addKeyValue("capsuleId", expiring.id())
                .addKeyValue("from", capsule.status())
                .log(kind == OperationKind.DELETE ? "capsule expired and is deleted" : "capsule's life is over");
    }

    private static Call call() {
        return new Call(
                "expiry",
                SYSTEM,
                new Parameters(new JsonObject()),
                "expiry-" + UUID.randomUUID(),
                "router",
                Optional.empty());
    }

    private void postpone(Optional<CapsuleId> claimed, RuntimeException failure) throws InterruptedException {
        CapsuleId id = claimed.orElseThrow(() -> failure);
        LOG.atError()
                .setCause(failure)
                .addKeyValue("capsuleId", id)
                .log("a capsule's expiry could not be dealt with, is tried again later");
        database.transaction(tx -> {
            store.lookAgain(tx, id, Instant.now().plus(LATER));
            return true;
        });
    }
}

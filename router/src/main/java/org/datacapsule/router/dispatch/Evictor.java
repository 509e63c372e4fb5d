package org.datacapsule.router.dispatch;

import java.time.Duration;
import java.util.Optional;
import org.datacapsule.common.bus.BusException;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.signing.CommandSigner;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.SignedCommand;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.migration.Eviction;
import org.datacapsule.router.migration.EvictionStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has hosts remove what they have of capsules that live elsewhere, for as long as it takes: a host that is away is asked
 * when it is back, and an agent that knows a newer generation of the capsule has nothing older to remove.
 */
public final class Evictor {
    private static final Logger LOG = LoggerFactory.getLogger(Evictor.class);
    private static final Duration CLAIM = Duration.ofSeconds(10);
    private static final Duration AT_WORK = Duration.ofSeconds(1);
    private static final Duration FAILED = Duration.ofSeconds(10);
    private static final Duration AWAY = Duration.ofSeconds(5);
    private static final Duration COMMAND_LIFE = Duration.ofMinutes(1);

    private final Database database;
    private final EvictionStore evictions;
    private final CommandBuilder builder;
    private final CommandSigner signer;
    private final Agents agents;

    public Evictor(
            Database database, EvictionStore evictions, CommandBuilder builder, CommandSigner signer, Agents agents) {
        this.database = database;
        this.evictions = evictions;
        this.builder = builder;
        this.signer = signer;
        this.agents = agents;
    }

    /** Answers whether there was one that was due. */
    public boolean takeOne() throws InterruptedException {
        Optional<Eviction> claimed = database.transaction(tx -> evictions.claim(tx, CLAIM));
        if (claimed.isEmpty()) {
            return false;
        }
        Eviction eviction = claimed.get();
        SignedCommand command = signer.sign(database.read(tx -> builder.build(tx, eviction, COMMAND_LIFE)));
        try {
            handle(eviction, agents.ask(eviction.host(), command));
        } catch (BusException e) {
            later(eviction, eviction.attempt(), AWAY);
        }
        return true;
    }

    private void handle(Eviction eviction, CommandReply reply) throws InterruptedException {
        switch (reply) {
            case CommandReply.Accepted accepted -> later(eviction, eviction.attempt(), AT_WORK);
            case CommandReply.Finished finished -> finished(eviction, finished.outcome());
            case CommandReply.Refused refused -> failed(eviction, refused.problem());
        }
    }

    private void finished(Eviction eviction, Outcome outcome) throws InterruptedException {
        switch (outcome) {
            case Outcome.Succeeded succeeded -> done(eviction);
            case Outcome.Failed failed -> failed(eviction, failed.problem());
        }
    }

    private void failed(Eviction eviction, Problem problem) throws InterruptedException {
        if (problem.code() == ErrorCode.HOST_STALE_COMMAND) {
            // The capsule has come back there since.
            done(eviction);
            return;
        }
        LOG.atWarn()
                .addKeyValue("hostId", eviction.host())
                .addKeyValue("capsuleId", eviction.capsule())
                .addKeyValue("cause", problem.detail())
                .log("a host has not removed a capsule that lives elsewhere; it is asked again");
        later(eviction, eviction.attempt() + 1, FAILED);
    }

    private void done(Eviction eviction) throws InterruptedException {
        database.transaction(tx -> {
            evictions.done(tx, eviction);
            return true;
        });
        LOG.atInfo()
                .addKeyValue("hostId", eviction.host())
                .addKeyValue("capsuleId", eviction.capsule())
                .log("nothing is left on the host of a capsule that lives elsewhere");
    }

    private void later(Eviction eviction, int attempt, Duration delay) throws InterruptedException {
        database.transaction(tx -> {
            evictions.later(tx, eviction, attempt, delay);
            return true;
        });
    }
}

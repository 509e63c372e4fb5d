package org.datacapsule.agent.result;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.datacapsule.agent.report.Backoff;
import org.datacapsule.agent.report.Routers;
import org.datacapsule.agent.step.Abandoned;
import org.datacapsule.agent.work.Closing;
import org.datacapsule.agent.work.Threads;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.ResultMessage;
import org.datacapsule.common.wire.ResultReply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Brings spooled results to the routers: each from wherever the routers say that they have it, until one of them says that it
 * is stored, or that it will never be.
 */
public final class ResultShipper {
    private static final Logger LOG = LoggerFactory.getLogger(ResultShipper.class);
    private static final Duration TO_BE_ANSWERED = Duration.ofSeconds(5);
    private final Spool spool;
    private final Routers routers;
    private final Predicate<CapsuleId> settled;
    private final ResultSteps steps;
    private final Waits waits;
    private final Closing closing;
    private final Semaphore asking;
    private final ExecutorService shipping;

    /**
     * @param settled whether the routers know of all that was done with a capsule; before they know that it is in secure mode
     *     they would refuse its results for ever
     */
    ResultShipper(
            Spool spool,
            Routers routers,
            Predicate<CapsuleId> settled,
            ResultSteps steps,
            Waits waits,
            Threads threads) {
        this.closing = threads.closing();
        this.asking = new Semaphore(waits.chunksAtOnce(), true);
        this.shipping = threads.each("ship-");
        this.spool = spool;
        this.routers = routers;
        this.settled = settled;
        this.steps = steps;
        this.waits = waits;
    }

    /**
     * How patient it is.
     *
     * @param first from the first try to the second
     * @param longest from one try to the next, at most
     * @param chunksAtOnce on their way, so that many results take neither the agent's memory nor the bus
     */
    public record Waits(Duration first, Duration longest, int chunksAtOnce) {
        static final Waits USUAL = new Waits(Duration.ofMillis(500), Duration.ofSeconds(30), 2);

        Backoff backoff() {
            return new Backoff(first, longest);
        }
    }

    /** How a try ended. */
    private enum Try {
        SETTLED,
        GOT_ON,
        GOT_NOWHERE
    }

    void resume() {
        spool.waiting().forEach(this::ship);
    }

    /** One thread a result, so that one that no router can store does not hold up the others. */
    void ship(SpooledResult result) {
        if (!closing.isBegun()) {
            shipping.execute(() -> shipUntilSettled(result));
        }
    }

    /** Ends once what is being asked is answered; the rest is shipped at the next start. */
    void stop() throws InterruptedException {
        closing.begin();
        shipping.shutdown();
        if (!shipping.awaitTermination(TO_BE_ANSWERED.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.atInfo().log("some results are still being shipped; they are shipped on at the next start");
        }
    }

    private void shipUntilSettled(SpooledResult result) {
        Backoff backoff = waits.backoff();
        try {
            while (!closing.isBegun()) {
                Try ended = shipOnce(result);
                if (ended == Try.SETTLED) {
                    return;
                }
                if (ended == Try.GOT_ON) {
                    backoff = waits.backoff();
                }
                if (closing.within(backoff.next())) {
                    return;
                }
            }
        } catch (InterruptedException | Abandoned e) {
            on(LOG.atInfo(), result).log("the result is shipped at the next start: {}", e.toString());
        } catch (IOException | RuntimeException e) {
            on(LOG.atError().setCause(e), result).log("the result is shipped at the next start");
        }
    }

    private Try shipOnce(SpooledResult result) throws IOException, InterruptedException {
        if (!settled.test(result.capsule())) {
            return Try.GOT_NOWHERE;
        }
        steps.reached(ResultStep.SHIPPING_BEGUN, result.capsule());
        long reached = -1;
        Optional<ResultReply> reply = ask(result.begin());
        while (reply.isPresent() && !closing.isBegun()) {
            switch (reply.get()) {
                case ResultReply.SendFrom from -> {
                    // Every answer asks for more than the last one did; else the whole is taken up again, later.
                    if (from.offset() <= reached
                            || from.offset() > result.begin().bytes()) {
                        return reached > 0 ? Try.GOT_ON : Try.GOT_NOWHERE;
                    }
                    reached = from.offset();
                    reply = ask(next(result, reached));
                    steps.reached(ResultStep.CHUNK_SHIPPED, result.capsule());
                }
                case ResultReply.Stored stored -> {
                    steps.reached(ResultStep.STORED, result.capsule());
                    spool.forget(result);
                    steps.reached(ResultStep.FORGOTTEN, result.capsule());
                    on(LOG.atInfo(), result).log("the result is in the release store");
                    return Try.SETTLED;
                }
                case ResultReply.Refused refused -> {
                    setAside(result, refused.problem());
                    return Try.SETTLED;
                }
            }
        }
        return reached > 0 ? Try.GOT_ON : Try.GOT_NOWHERE;
    }

    private ResultMessage next(SpooledResult result, long offset) throws IOException {
        return offset == result.begin().bytes()
                ? new ResultMessage.End(result.id())
                : ResultMessage.Chunk.of(result.id(), offset, spool.read(result, offset));
    }

    private void setAside(SpooledResult result, Problem problem) throws IOException {
        on(LOG.atError(), result)
                .log(
                        "the routers will never take this result: {}; it is kept in {} for a person to look at",
                        problem.detail(),
                        spool.setAside(result));
    }

    private Optional<ResultReply> ask(ResultMessage message) throws InterruptedException {
        asking.acquire();
        try {
            return routers.ask(Contracts.RESULT, message);
        } finally {
            asking.release();
        }
    }

    private static LoggingEventBuilder on(LoggingEventBuilder line, SpooledResult result) {
        return line.addKeyValue("hostId", result.begin().host())
                .addKeyValue("capsuleId", result.capsule())
                .addKeyValue("generation", result.begin().generation())
                .addKeyValue("resultId", result.id());
    }
}

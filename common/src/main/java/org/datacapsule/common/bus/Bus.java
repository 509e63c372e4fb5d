package org.datacapsule.common.bus;

import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.datacapsule.common.bus.BusException.Reason;
import org.datacapsule.common.wire.Contract;
import org.datacapsule.common.wire.WireJson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Questions and answers over the event bus. {@link #ask} blocks its virtual thread; answers are worked out on virtual
 * threads too, many at a time.
 */
public final class Bus {
    private static final Logger LOG = LoggerFactory.getLogger(Bus.class);
    private static final int FAILED = 500;

    /** A node that is closed while it waits forgets its own time-outs, so this ends the wait. */
    private static final Duration PAST_TIMEOUT = Duration.ofSeconds(1);

    private final EventBus eventBus;
    private final ExecutorService workers;

    Bus(Vertx vertx, ExecutorService workers) {
        this.eventBus = vertx.eventBus();
        this.workers = workers;
    }

    /** @param scope who of those that serve the contract is asked; empty for any */
    public <Q, A> A ask(Contract<Q, A> contract, String scope, Q question) throws BusException, InterruptedException {
        String address = contract.address(scope);
        DeliveryOptions options =
                new DeliveryOptions().setSendTimeout(contract.timeout().toMillis());
        try {
            Message<String> reply = eventBus.<String>request(address, WireJson.text(question), options)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(contract.timeout().plus(PAST_TIMEOUT).toMillis(), TimeUnit.MILLISECONDS);
            return WireJson.read(reply.body(), contract.reply());
        } catch (ExecutionException e) {
            throw asBusException(address, e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw new BusException(Reason.TIMEOUT, "the node was closed before an answer from " + address, e);
        } catch (IllegalArgumentException e) {
            throw new BusException(Reason.BROKEN, address + " answered something unreadable", e);
        }
    }

    /** Answers {@code contract} for {@code scope} from now on, once {@link #ask} can find it from every member. */
    public <Q, A> void serve(Contract<Q, A> contract, String scope, Function<Q, A> answer) {
        String address = contract.address(scope);
        MessageConsumer<String> consumer = eventBus.consumer(address);
        consumer.handler(message -> workers.execute(() -> reply(contract, message, answer)));
        consumer.completion().toCompletionStage().toCompletableFuture().join();
    }

    private static <Q, A> void reply(Contract<Q, A> contract, Message<String> message, Function<Q, A> answer) {
        try {
            message.reply(WireJson.text(answer.apply(WireJson.read(message.body(), contract.request()))));
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).addKeyValue("contract", contract.name()).log("question not answered");
            message.fail(FAILED, "failed; the log of the side that was asked has the cause");
        }
    }

    private static BusException asBusException(String address, Throwable cause) {
        if (!(cause instanceof ReplyException reply)) {
            return new BusException(Reason.BROKEN, "no answer from " + address, cause);
        }
        return switch (reply.failureType()) {
            case NO_HANDLERS -> new BusException(Reason.NOBODY, "nobody serves " + address, cause);
            case TIMEOUT -> new BusException(Reason.TIMEOUT, "no answer in time from " + address, cause);
            case RECIPIENT_FAILURE, ERROR ->
                new BusException(Reason.BROKEN, address + ": " + reply.getMessage(), cause);
        };
    }
}

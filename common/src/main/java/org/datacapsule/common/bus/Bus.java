package org.datacapsule.common.bus;

import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.datacapsule.common.bus.BusException.Reason;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.Contract;
import org.datacapsule.common.wire.WireJson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Questions and answers between routers and agents, as a router has them. It asks an agent over its own {@link Line} to it, and where
 * it has none, over that of another router, by the event bus. {@link #ask} blocks its virtual thread.
 */
public final class Bus {
    private static final Logger LOG = LoggerFactory.getLogger(Bus.class);
    private static final int FAILED = 500;

    /** A node that is closed while it waits forgets its own time-outs, so this ends the wait. */
    private static final Duration PAST_TIMEOUT = Duration.ofSeconds(1);

    /** Who asked by way of another router waits no longer than its contract has it; this frees what waits here. */
    private static final Duration TO_CARRY = Duration.ofSeconds(30);

    private static final Duration TO_REGISTER = Duration.ofSeconds(10);

    private final EventBus eventBus;
    private final ExecutorService workers;
    private final Map<String, Served<?, ?>> served = new ConcurrentHashMap<>();
    private final Map<String, Line> lines = new ConcurrentHashMap<>();

    Bus(Vertx vertx, ExecutorService workers) {
        this.eventBus = vertx.eventBus();
        this.workers = workers;
    }

    /** Asks the agent of a host. */
    public <Q, A> A ask(Contract<Q, A> contract, HostId host, Q question) throws BusException, InterruptedException {
        String address = contract.address(host.value());
        String text = WireJson.text(question);
        @Nullable Line line = lines.get(address);
        String answer = line == null
                ? askOther(address, text, contract.timeout())
                : line.ask(address, text, contract.timeout());
        try {
            return WireJson.read(answer, contract.reply());
        } catch (IllegalArgumentException e) {
            throw new BusException(Reason.BROKEN, address + " answered something unreadable", e);
        }
    }

    /** Answers this contract from now on, whichever agent asks. */
    public <Q, A> void serve(Contract<Q, A> contract, Function<Q, A> answer) {
        served.put(contract.address(""), new Served<>(contract, answer));
    }

    /** Answers an agent. */
    String answer(String address, String question) throws BusException {
        Served<?, ?> known = served.get(address);
        if (known == null) {
            throw new BusException(Reason.NOBODY, "this router does not serve it");
        }
        return known.answer(question);
    }

    /** Asks over this line, for as long as it is open, what is for this address; every router does, once this returns. */
    void reach(String address, Line line) throws BusException, InterruptedException {
        MessageConsumer<String> consumer = eventBus.consumer(address);
        consumer.handler(message -> workers.execute(() -> carry(message, address, line)));
        line.whenClosed(() -> {
            lines.remove(address, line);
            var unused = consumer.unregister();
        });
        try {
            Void unused = consumer.completion()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(TO_REGISTER.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new BusException(Reason.BROKEN, "the other routers cannot be told of " + address, e);
        }
        lines.put(address, line);
        if (!line.isOpen()) {
            lines.remove(address, line);
        }
    }

    /** Of another router's to this one's agent, and back. */
    private static void carry(Message<String> message, String address, Line line) {
        try {
            message.reply(line.ask(address, message.body(), TO_CARRY));
        } catch (BusException e) {
            LOG.atDebug().setCause(e).log("another router's question has no answer");
            message.fail(FAILED, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String askOther(String address, String question, Duration patience)
            throws BusException, InterruptedException {
        DeliveryOptions options = new DeliveryOptions().setSendTimeout(patience.toMillis());
        try {
            Message<String> reply = eventBus.<String>request(address, question, options)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(patience.plus(PAST_TIMEOUT).toMillis(), TimeUnit.MILLISECONDS);
            return reply.body();
        } catch (ExecutionException e) {
            throw asBusException(address, e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw new BusException(Reason.TIMEOUT, "the node was closed before an answer from " + address, e);
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

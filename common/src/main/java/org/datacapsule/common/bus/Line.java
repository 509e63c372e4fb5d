package org.datacapsule.common.bus;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.datacapsule.common.bus.BusException.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection between an agent and a router, over which both ask and answer, many questions at a time. Both sides say every
 * second that they are there, and a line that is silent for {@link #SILENCE} is over: nobody waits for a connection that the network
 * has forgotten.
 */
final class Line {
    private static final Logger LOG = LoggerFactory.getLogger(Line.class);

    /** To be told by the other side that it answers here: an agent asks this of a door, with a contract's address as the body. */
    static final String SERVE = "door.serve";

    /** After so long without a word a line is over. */
    static final Duration SILENCE = Duration.ofSeconds(5);

    private static final Duration BEAT = Duration.ofSeconds(1);
    private static final int LENGTH_BYTES = 4;
    private static final int LONGEST = 64 << 20;

    private final NetSocket socket;
    private final Executor workers;
    private final Answering answering;
    private final RecordParser parser = RecordParser.newFixed(LENGTH_BYTES);
    private final AtomicLong numbers = new AtomicLong();
    private final Map<Long, CompletableFuture<String>> waiting = new ConcurrentHashMap<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private boolean isBodyNext;

    /** Answers what the other side asks. */
    @FunctionalInterface
    interface Answering {
        /** May block; @throws BusException to tell the other side why there is no answer */
        String answer(Line line, String address, String body) throws BusException, InterruptedException;
    }

    /**
     * Takes nothing in until {@link #begin}.
     *
     * @param workers run {@code answering}
     */
    Line(Vertx vertx, NetSocket socket, Executor workers, Answering answering) {
        this.socket = socket;
        this.workers = workers;
        this.answering = answering;
        parser.handler(this::piece);
        long beats = vertx.setPeriodic(BEAT.toMillis(), unused -> send(new Frame.Beat()));
        socket.pause()
                .handler(parser)
                .exceptionHandler(cause -> LOG.atDebug().setCause(cause).log("a line to {} broke", name()))
                .closeHandler(unused -> {
                    vertx.cancelTimer(beats);
                    end();
                });
    }

    void begin() {
        socket.resume();
    }

    /** The other side's address. */
    String name() {
        return String.valueOf(socket.remoteAddress());
    }

    boolean isOpen() {
        return !closed.isDone();
    }

    /** Runs this when the line is over, which may be now. */
    void whenClosed(Runnable action) {
        var unused = closed.thenRun(action);
    }

    void close() {
        var unused = socket.close();
    }

    /** Asks the other side and waits for its answer. */
    String ask(String address, String body, Duration patience) throws BusException, InterruptedException {
        long number = numbers.incrementAndGet();
        CompletableFuture<String> answer = new CompletableFuture<>();
        waiting.put(number, answer);
        try {
            send(new Frame.Question(number, address, body));
            if (!isOpen()) {
                throw lost();
            }
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof BusException known
                    ? new BusException(known.reason(), address + ": " + known.getMessage(), known)
                    : new BusException(Reason.BROKEN, "no answer from " + address, e);
        } catch (TimeoutException e) {
            throw new BusException(Reason.TIMEOUT, "no answer in time from " + address + " at " + name(), e);
        } finally {
            waiting.remove(number);
        }
    }

    private void piece(Buffer piece) {
        if (!isBodyNext) {
            int length = piece.getInt(0);
            if (length <= 0 || length > LONGEST) {
                LOG.atWarn().log("{} sends what is no frame; the line to it is closed", name());
                close();
                return;
            }
            isBodyNext = true;
            parser.fixedSizeMode(length);
            return;
        }
        isBodyNext = false;
        parser.fixedSizeMode(LENGTH_BYTES);
        try {
            take(Frame.parse(piece.getBytes()));
        } catch (IllegalArgumentException e) {
            LOG.atWarn().setCause(e).log("{} sends what is no frame; the line to it is closed", name());
            close();
        }
    }

    private void take(Frame frame) {
        switch (frame) {
            case Frame.Question question -> workers.execute(() -> answer(question));
            case Frame.Answer(long number, String body) -> answered(number).complete(body);
            case Frame.Failure(long number, Reason reason, String detail) ->
                answered(number).completeExceptionally(new BusException(reason, detail));
            case Frame.Beat() -> {}
        }
    }

    /** Of a question that nobody waits for any more, an answer to nobody. */
    private CompletableFuture<String> answered(long number) {
        return waiting.getOrDefault(number, new CompletableFuture<>());
    }

    private void answer(Frame.Question question) {
        try {
            send(new Frame.Answer(question.number(), answering.answer(this, question.address(), question.body())));
        } catch (BusException e) {
            send(new Frame.Failure(question.number(), e.reason(), String.valueOf(e.getMessage())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).addKeyValue("address", question.address()).log("question not answered");
            send(new Frame.Failure(
                    question.number(), Reason.BROKEN, "failed; the log of the side that was asked has the cause"));
        }
    }

    /** Nothing goes over a line that is over, and nothing comes of it. */
    private void send(Frame frame) {
        byte[] bytes = frame.bytes();
        var unused = socket.write(Buffer.buffer(bytes.length + LENGTH_BYTES)
                .appendInt(bytes.length)
                .appendBytes(bytes));
    }

    private void end() {
        closed.complete(null);
        waiting.values().forEach(answer -> answer.completeExceptionally(lost()));
    }

    private BusException lost() {
        return new BusException(Reason.TIMEOUT, "the line to " + name() + " was lost before an answer came");
    }
}

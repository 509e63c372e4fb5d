package org.datacapsule.common.bus;

import io.vertx.core.CompositeFuture;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.datacapsule.common.bus.BusException.Reason;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.Contract;
import org.datacapsule.common.wire.WireJson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An agent's lines to the routers, one to each that it can reach. A line that is lost is made anew for as long as there is another;
 * once there was one and there is none, this is cut off for good, and whoever made it makes another: what was true before may not be
 * so any more.
 */
public final class RouterLines implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RouterLines.class);
    private static final Duration REDIAL = Duration.ofSeconds(1);
    private static final Duration TO_BE_KNOWN = Duration.ofSeconds(10);
    private static final Duration TO_END_A_CALL = Duration.ofSeconds(1);
    private static final Duration LEAVE = Duration.ofSeconds(10);

    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
    private final ExecutorService workers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("bus-", 0).factory());
    private final HostId host;
    private final List<Served<?, ?>> served;
    private final NetClient client;
    /** Those that may be used; the next question goes over the first. */
    private final List<Line> lines = new CopyOnWriteArrayList<>();

    /** Those under way. */
    private final Set<Future<NetSocket>> calls = ConcurrentHashMap.newKeySet();

    private volatile boolean isCut;
    private volatile Optional<String> refusal = Optional.empty();
    private volatile boolean isClosing;

    private RouterLines(HostId host, Identity identity, List<Served<?, ?>> served) {
        this.host = host;
        this.served = List.copyOf(served);
        this.client = vertx.createNetClient(BusTls.caller(identity));
    }

    /**
     * Begins to call at the routers' doors; returns at once.
     *
     * @param doors {@code host:port} of each
     * @param identity what this host proves itself with, for as long as these lines last
     * @param served what this host answers, over whichever line
     * @throws BusException when a door is no {@code host:port}, or the identity none to speak TLS with
     */
    public static RouterLines open(List<String> doors, HostId host, Identity identity, List<Served<?, ?>> served)
            throws BusException {
        List<Door> all = new ArrayList<>();
        for (String door : doors) {
            all.add(Door.parse(door));
        }
        // Or all hosts would ask the same one.
        Collections.shuffle(all);
        RouterLines opened = new RouterLines(host, identity, served);
        all.forEach(opened::call);
        return opened;
    }

    private record Door(String host, int port) {
        static Door parse(String text) throws BusException {
            int colon = text.lastIndexOf(':');
            try {
                return new Door(text.substring(0, Math.max(0, colon)), Integer.parseInt(text.substring(colon + 1)));
            } catch (NumberFormatException e) {
                throw new BusException(Reason.BROKEN, "not host:port of a router's door: " + text, e);
            }
        }
    }

    /** Whether any router is in reach. */
    public boolean isOpen() {
        return !lines.isEmpty();
    }

    /** Whether there was a line, and there is none. */
    public boolean isCut() {
        return isCut;
    }

    /** Why a router that was reached did not let this host in. */
    public Optional<String> refusal() {
        return refusal;
    }

    /**
     * Asks any router; where one does not answer in its share of the time, the next. What is asked may have been done by more than
     * one, or by one whose answer never came.
     *
     * @param question made for each that is asked
     */
    public <Q, A> A ask(Contract<Q, A> contract, Supplier<Q> question) throws BusException, InterruptedException {
        List<Line> all = List.copyOf(lines);
        BusException failure = new BusException(Reason.NOBODY, "no router is in reach");
        for (Line line : all) {
            try {
                String answer = line.ask(
                        contract.address(""),
                        WireJson.text(question.get()),
                        contract.timeout().dividedBy(all.size()));
                return WireJson.read(answer, contract.reply());
            } catch (IllegalArgumentException e) {
                failure = new BusException(Reason.BROKEN, line.name() + " answered something unreadable", e);
            } catch (BusException e) {
                failure = e;
            }
            putLast(line);
        }
        throw failure;
    }

    /** Ends all lines; no question comes any more. */
    @Override
    public void close() {
        isClosing = true;
        try {
            awaitCalls();
            Void unused =
                    vertx.close().toCompletionStage().toCompletableFuture().get(LEAVE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.atWarn().setCause(e).log("the lines to the routers did not close");
        }
        workers.shutdown();
    }

    /** What ends after its threads are gone has nobody to tell. */
    private void awaitCalls() throws InterruptedException, ExecutionException {
        try {
            CompositeFuture unused = Future.join(List.copyOf(calls))
                    .otherwiseEmpty()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(TO_END_A_CALL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.atDebug().setCause(e).log("a call at a router's door is still under way");
        }
    }

    /** One that does not answer is asked after the others, until they do not either. */
    private synchronized void putLast(Line line) {
        if (lines.remove(line)) {
            lines.add(line);
        }
    }

    private void call(Door door) {
        Future<NetSocket> call = client.connect(door.port(), door.host());
        calls.add(call);
        call.onComplete(unused -> calls.remove(call))
                .onSuccess(socket -> called(door, socket))
                .onFailure(cause -> {
                    LOG.atDebug().setCause(cause).log("no line to the router at {}:{}", door.host(), door.port());
                    callLater(door);
                });
    }

    private void callLater(Door door) {
        if (!isCut && !isClosing) {
            long unused = vertx.setTimer(REDIAL.toMillis(), timer -> call(door));
        }
    }

    private void called(Door door, NetSocket socket) {
        Line line = new Line(vertx, socket, workers, (from, address, body) -> answer(address, body));
        line.whenClosed(() -> lost(door, line));
        line.begin();
        workers.execute(() -> introduce(line));
    }

    /** Only then may it be used: a router that takes a heartbeat of this host must know its way back. */
    private void introduce(Line line) {
        try {
            for (Served<?, ?> one : served) {
                String unused = line.ask(Line.SERVE, one.contract().address(""), TO_BE_KNOWN);
            }
            add(line);
        } catch (BusException e) {
            LOG.atDebug().setCause(e).log("the router at {} does not take this host's call", line.name());
            if (e.reason() == Reason.REFUSED) {
                refusal = Optional.ofNullable(e.getMessage());
            }
            line.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void add(Line line) {
        if (isCut) {
            line.close();
        } else if (line.isOpen()) {
            lines.add(line);
        }
    }

    private void lost(Door door, Line line) {
        remove(line);
        callLater(door);
    }

    private synchronized void remove(Line line) {
        if (lines.remove(line) && lines.isEmpty()) {
            isCut = true;
        }
    }

    private String answer(String address, String body) throws BusException {
        Optional<Served<?, ?>> found = served.stream()
                .filter(one -> one.contract().address(host.value()).equals(address))
                .findFirst();
        if (found.isEmpty()) {
            throw new BusException(Reason.NOBODY, "this host does not serve it");
        }
        return found.get().answer(body);
    }
}

package org.datacapsule.common.bus;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.datacapsule.common.bus.BusException.Reason;
import org.datacapsule.common.bus.Callers.Caller;
import org.datacapsule.common.certificate.Certificates;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.signing.ReportVerifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where agents call. Each keeps a {@link Line} to the door of every router that it can reach: it asks over any of them, and is asked
 * over any of them, so that one line is enough. A host may ask what this router serves, and serve what is for itself.
 */
public final class AgentDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentDoor.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration TO_BE_TOLD = Duration.ofSeconds(1);
    /** So many parts and no others: what follows is the host, whose name may have dots. */
    private static final Pattern CONTRACT = Pattern.compile("[a-z-]+\\.[a-z-]+\\.v[0-9]+");

    private final Vertx vertx;
    private final Bus bus;
    private final ExecutorService workers;
    private final NetServer server;
    private final Callers callers;
    private final Map<Line, Caller> admitted = new ConcurrentHashMap<>();

    private AgentDoor(Vertx vertx, Bus bus, ExecutorService workers, Identity identity, Callers callers) {
        this.callers = callers;
        this.vertx = vertx;
        this.bus = bus;
        this.workers = workers;
        this.server = vertx.createNetServer(BusTls.door(identity)).connectHandler(this::called);
    }

    /** @throws BusException when the address or port is not to be had */
    static AgentDoor open(
            Vertx vertx, Bus bus, ExecutorService workers, BusConfig config, Identity identity, Callers callers)
            throws BusException, InterruptedException {
        AgentDoor door = new AgentDoor(vertx, bus, workers, identity, callers);
        try {
            var unused = door.server
                    .listen(config.doorPort(), config.host())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return door;
        } catch (ExecutionException | TimeoutException e) {
            throw new BusException(
                    Reason.BROKEN,
                    "no door for agents at " + config.host() + ":" + config.doorPort() + "; is the port taken?",
                    e.getCause() == null ? e : e.getCause());
        }
    }

    /** Ends every agent's line to this router. */
    @Override
    public void close() {
        try {
            var unused = server.close()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.atWarn().setCause(e).log("the door for agents did not close");
        }
    }

    private void called(NetSocket socket) {
        Optional<Caller> caller = caller(socket);
        if (caller.isEmpty()) {
            var unused = socket.close();
            return;
        }
        HostId host = caller.get().host();
        Line line = new Line(vertx, socket, workers, (from, address, body) -> answer(host, from, address, body));
        workers.execute(() -> admit(line, caller.get()));
    }

    /** Who is not let in is told so, and then the line is over. */
    private void admit(Line line, Caller caller) {
        try {
            if (callers.allowed(Set.of(caller)).contains(caller)) {
                admitted.put(line, caller);
                line.whenClosed(() -> ended(line, caller));
            } else {
                long unused = vertx.setTimer(TO_BE_TOLD.toMillis(), timer -> line.close());
            }
            line.begin();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            line.close();
        } catch (RuntimeException e) {
            LOG.atDebug().setCause(e).addKeyValue("hostId", caller.host()).log("nobody can be let in now");
            line.close();
        }
    }

    private void ended(Line line, Caller caller) {
        admitted.remove(line);
        LOG.atInfo().addKeyValue("hostId", caller.host()).log("the agent's line to this router is over");
    }

    /** Ends the lines of those who may not call any more. Whoever cannot be asked about keeps theirs. */
    public void review() throws InterruptedException {
        Set<Caller> all = Set.copyOf(admitted.values());
        if (all.isEmpty()) {
            return;
        }
        Set<Caller> allowed = callers.allowed(all);
        admitted.forEach((line, caller) -> {
            if (all.contains(caller) && !allowed.contains(caller)) {
                LOG.atWarn()
                        .addKeyValue("hostId", caller.host())
                        .log("the line to {} is ended: the host was removed, or has joined again since", line.name());
                line.close();
            }
        });
    }

    private static Optional<Caller> caller(NetSocket socket) {
        try {
            X509Certificate shown = (X509Certificate) socket.peerCertificates().getFirst();
            return Optional.of(
                    new Caller(new HostId(Certificates.name(shown)), ReportVerifier.keyId(shown.getPublicKey())));
        } catch (SSLPeerUnverifiedException | IllegalArgumentException e) {
            LOG.atWarn().setCause(e).log("{} is no host", socket.remoteAddress());
            return Optional.empty();
        }
    }

    private String answer(HostId host, Line line, String address, String body)
            throws BusException, InterruptedException {
        if (!admitted.containsKey(line)) {
            throw new BusException(
                    Reason.REFUSED,
                    "host " + host
                            + " is not known by this key: it was removed, or joined again since; it must join again,"
                            + " with a new token");
        }
        if (!address.equals(Line.SERVE)) {
            return bus.answer(address, body);
        }
        if (!CONTRACT.matcher(body).matches()) {
            throw new BusException(Reason.BROKEN, "no contract: " + body);
        }
        bus.reach(body + "." + host.value(), line);
        LOG.atInfo().addKeyValue("hostId", host).log("the agent has a line to this router");
        return "";
    }
}

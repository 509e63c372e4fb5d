package org.datacapsule.common.bus;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.datacapsule.common.bus.BusException.Reason;
import org.datacapsule.common.certificate.Certificates;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.id.HostId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where agents call. Each keeps a {@link Line} to the door of every router that it can reach: it asks over any of them, and is asked
 * over any of them, so that one line is enough. A host may ask what this router serves, and serve what is for itself.
 */
public final class AgentDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentDoor.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** So many parts and no others: what follows is the host, whose name may have dots. */
    private static final Pattern CONTRACT = Pattern.compile("[a-z-]+\\.[a-z-]+\\.v[0-9]+");

    private final Vertx vertx;
    private final Bus bus;
    private final ExecutorService workers;
    private final NetServer server;

    private AgentDoor(Vertx vertx, Bus bus, ExecutorService workers, Identity identity) {
        this.vertx = vertx;
        this.bus = bus;
        this.workers = workers;
        this.server = vertx.createNetServer(BusTls.door(identity)).connectHandler(this::called);
    }

    /** @throws BusException when the address or port is not to be had */
    static AgentDoor open(Vertx vertx, Bus bus, ExecutorService workers, BusConfig config, Identity identity)
            throws BusException, InterruptedException {
        AgentDoor door = new AgentDoor(vertx, bus, workers, identity);
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
        Optional<HostId> caller = caller(socket);
        if (caller.isEmpty()) {
            var unused = socket.close();
            return;
        }
        HostId host = caller.get();
        Line line = new Line(vertx, socket, workers, (from, address, body) -> answer(host, from, address, body));
        line.whenClosed(() -> LOG.atInfo().addKeyValue("hostId", host).log("the agent's line to this router is over"));
        line.begin();
    }

    private static Optional<HostId> caller(NetSocket socket) {
        try {
            X509Certificate shown = (X509Certificate) socket.peerCertificates().getFirst();
            return Optional.of(new HostId(Certificates.name(shown)));
        } catch (SSLPeerUnverifiedException | IllegalArgumentException e) {
            LOG.atWarn().setCause(e).log("{} is no host", socket.remoteAddress());
            return Optional.empty();
        }
    }

    private String answer(HostId host, Line line, String address, String body)
            throws BusException, InterruptedException {
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

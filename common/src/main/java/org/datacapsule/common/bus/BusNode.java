package org.datacapsule.common.bus;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.spi.cluster.hazelcast.ConfigUtil;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.datacapsule.common.certificate.Identity;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A router's membership in the cluster of routers, from {@link #join} to {@link #close}. */
public final class BusNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BusNode.class);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LEAVE = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final HazelcastInstance hazelcast;
    private final ExecutorService workers;
    private final Bus bus;

    private BusNode(Vertx vertx, HazelcastInstance hazelcast) {
        this.vertx = vertx;
        this.hazelcast = hazelcast;
        this.workers = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("bus-", 0).factory());
        this.bus = new Bus(vertx, workers);
    }

    /**
     * Joins the cluster, or founds it when no listed member answers.
     *
     * @param identity what messages are sent and taken with, by TLS on both sides, for as long as this membership lasts
     * @throws BusException when the port is taken or the network is not there
     */
    public static BusNode join(BusConfig config, Identity identity) throws BusException, InterruptedException {
        HazelcastClusterManager manager = new HazelcastClusterManager(hazelcastConfig(config));
        try {
            Vertx vertx = Vertx.builder()
                    .with(new VertxOptions().setEventBusOptions(BusTls.eventBus(config.host(), identity)))
                    .withClusterManager(manager)
                    .buildClustered()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return new BusNode(vertx, manager.getHazelcastInstance());
        } catch (InterruptedException e) {
            terminate(manager.getHazelcastInstance());
            throw e;
        } catch (ExecutionException | TimeoutException e) {
            // Or it would keep its port, which the next try needs.
            terminate(manager.getHazelcastInstance());
            throw new BusException(
                    BusException.Reason.BROKEN,
                    "could not join the cluster as " + config.host() + ":" + config.port(),
                    e.getCause() == null ? e : e.getCause());
        }
    }

    /** The clustered Vert.x, for a router's HTTP server; the event bus is only used through {@link #bus}. */
    public Vertx vertx() {
        return vertx;
    }

    public Bus bus() {
        return bus;
    }

    /**
     * Lets agents call, who are answered what {@link #bus} serves by then.
     *
     * @param identity what it shows to agents
     * @param callers which hosts may
     * @throws BusException when the port is taken
     */
    public AgentDoor openDoor(BusConfig config, Identity identity, Callers callers)
            throws BusException, InterruptedException {
        return AgentDoor.open(vertx, bus, workers, config, identity, callers);
    }

    /** Takes leave of the others where they answer; where one does not, it is over all the same, and the port is free. */
    @Override
    public void close() {
        workers.shutdown();
        CompletableFuture<Void> leaving = vertx.close().toCompletionStage().toCompletableFuture();
        if (!ends(leaving)) {
            LOG.atWarn().log("the cluster is left without its leave: somebody in it does not answer");
            terminate(hazelcast);
            var unused = ends(leaving);
        }
    }

    private static boolean ends(CompletableFuture<Void> leaving) {
        try {
            leaving.get(LEAVE.toSeconds(), TimeUnit.SECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            LOG.atDebug().setCause(e).log("leaving the cluster did not end well");
            return false;
        }
    }

    private static void terminate(@Nullable HazelcastInstance hazelcast) {
        if (hazelcast != null) {
            hazelcast.getLifecycleService().terminate();
        }
    }

    static Config hazelcastConfig(BusConfig config) {
        Config hazelcast = ConfigUtil.loadConfig();
        hazelcast.setClusterName(config.clusterName());
        hazelcast
                .setProperty("hazelcast.logging.type", "slf4j")
                .setProperty("hazelcast.phone.home.enabled", "false")
                .setProperty("hazelcast.shutdownhook.enabled", "false")
                .setProperty("hazelcast.socket.bind.any", "false")
                // For a member that does not answer any more nobody waits a minute.
                .setProperty("hazelcast.operation.call.timeout.millis", "10000")
                .setProperty("hazelcast.wait.seconds.before.join", "0")
                .setProperty("hazelcast.merge.first.run.delay.seconds", "10")
                .setProperty("hazelcast.merge.next.run.delay.seconds", "10");
        NetworkConfig network = hazelcast.getNetworkConfig();
        network.setPort(config.port()).setPortAutoIncrement(false).setReuseAddress(true);
        network.getInterfaces().setEnabled(true).addInterface(config.host());
        JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(2);
        config.members().forEach(join.getTcpIpConfig()::addMember);
        return hazelcast;
    }
}

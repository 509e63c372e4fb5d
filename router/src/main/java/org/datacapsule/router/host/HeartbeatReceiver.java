package org.datacapsule.router.host;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.HeartbeatReply;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.operation.OperationSignal;
import org.datacapsule.router.operation.OperationStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews a host's lease at each heartbeat, and registers an agent that was started anew. */
public final class HeartbeatReceiver {
    private static final Logger LOG = LoggerFactory.getLogger(HeartbeatReceiver.class);

    private static final Duration BETWEEN_TELLINGS = Duration.ofSeconds(30);

    private final Database database;
    private final HostStore hosts;
    private final OperationStore operations;
    private final InventoryCheck inventory;
    private final OperationSignal signal;
    private final HostConfig config;
    private final Set<HostId> unreachable = ConcurrentHashMap.newKeySet();
    private final Map<HostId, Long> told = new ConcurrentHashMap<>();

    public HeartbeatReceiver(
            Database database,
            HostStore hosts,
            OperationStore operations,
            InventoryCheck inventory,
            OperationSignal signal,
            HostConfig config) {
        this.database = database;
        this.hosts = hosts;
        this.operations = operations;
        this.inventory = inventory;
        this.signal = signal;
        this.config = config;
    }

    public HeartbeatReply receive(Heartbeat heartbeat) {
        try {
            database.transaction(tx -> {
                if (!hosts.renew(tx, heartbeat, config.lease())) {
                    register(tx, heartbeat);
                    // What was found before was about an agent that is gone; this one has joined just now.
                    tx.afterCommit(() -> unreachable.remove(heartbeat.host()));
                }
                hosts.setImages(tx, heartbeat.host(), heartbeat.images());
                return inventory.check(tx, heartbeat.host(), heartbeat.capsules());
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        return new HeartbeatReply(unreachable.remove(heartbeat.host()) && isFirstTelling(heartbeat.host()));
    }

    /**
     * While an agent leaves and joins again it cannot be reached, which is found too; told of that, it would leave again, and
     * so on for ever. So it is told once, and then not for a while.
     */
    private boolean isFirstTelling(HostId host) {
        long now = System.nanoTime();
        Long last = told.get(host);
        if (last != null && now - last < BETWEEN_TELLINGS.toNanos()) {
            return false;
        }
        told.put(host, now);
        return true;
    }

    /**
     * The event bus knows nobody who serves this host's commands. When the agent's heartbeats still arrive, its
     * registration was lost with the router that held it, and only the agent can make it anew.
     */
    public void foundUnreachable(HostId host) {
        unreachable.add(host);
    }

    private void register(Tx tx, Heartbeat heartbeat) throws InterruptedException {
        hosts.register(tx, heartbeat, config.lease());
        hosts.fitPorts(tx, heartbeat);
        operations.dueOnHost(tx, heartbeat.host());
        tx.afterCommit(signal::wake);
        LOG.atInfo()
                .addKeyValue("hostId", heartbeat.host())
                .addKeyValue("version", heartbeat.version())
                .addKeyValue("acceleration", heartbeat.acceleration())
                .log("agent registered");
    }
}

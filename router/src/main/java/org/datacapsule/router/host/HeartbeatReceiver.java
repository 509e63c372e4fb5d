package org.datacapsule.router.host;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.signing.ReceiptVerifier;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.HeartbeatReply;
import org.datacapsule.common.wire.ImageOrders;
import org.datacapsule.common.wire.Leftover;
import org.datacapsule.common.wire.Recall;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.identity.IdentityStore;
import org.datacapsule.router.identity.Sender;
import org.datacapsule.router.operation.OperationSignal;
import org.datacapsule.router.operation.OperationStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews a host's lease at each heartbeat, and registers an agent that was started anew. */
public final class HeartbeatReceiver {
    private static final Logger LOG = LoggerFactory.getLogger(HeartbeatReceiver.class);
    private static final String BY = "system:heartbeat";

    private final Database database;
    private final HostStore hosts;
    private final IdentityStore identities;
    private final OperationStore operations;
    private final InventoryCheck inventory;
    private final ImageCheck images;
    private final LeftoverCheck leftovers;
    private final HostAbsence absence;
    private final Readmission readmission;
    private final AuditLog audit;
    private final OperationSignal signal;
    private final HostConfig config;
    private final Map<HostId, UUID> links = new ConcurrentHashMap<>();
    private final Map<HostId, UUID> unreachable = new ConcurrentHashMap<>();

    public HeartbeatReceiver(
            Database database,
            HostStore hosts,
            IdentityStore identities,
            OperationStore operations,
            InventoryCheck inventory,
            ImageCheck images,
            LeftoverCheck leftovers,
            HostAbsence absence,
            Readmission readmission,
            AuditLog audit,
            OperationSignal signal,
            HostConfig config) {
        this.database = database;
        this.hosts = hosts;
        this.identities = identities;
        this.operations = operations;
        this.inventory = inventory;
        this.images = images;
        this.leftovers = leftovers;
        this.absence = absence;
        this.readmission = readmission;
        this.audit = audit;
        this.signal = signal;
        this.config = config;
    }

    /** @throws ProblemException when one was taken that was sent later: what an old one says is not so any more */
    public HeartbeatReply receive(Sender from, Heartbeat heartbeat) {
        Ruling ruling;
        try {
            ruling = database.transaction(tx -> record(tx, from, heartbeat));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        links.put(heartbeat.host(), heartbeat.link());
        return switch (ruling) {
            case Ruling.Recalled(Recall recall) -> HeartbeatReply.recalled(recall);
            case Ruling.Admitted(ImageOrders orders, List<Leftover> sweep) ->
                HeartbeatReply.admitted(heartbeat.link().equals(unreachable.remove(heartbeat.host())), orders, sweep);
        };
    }

    /** Whether the host may work. */
    private sealed interface Ruling {
        record Recalled(Recall recall) implements Ruling {}

        record Admitted(ImageOrders orders, List<Leftover> sweep) implements Ruling {}
    }

    /** Of a host that is fenced nothing is taken in: what it says may be of before. */
    private Ruling record(Tx tx, Sender from, Heartbeat heartbeat) throws InterruptedException {
        HostId host = heartbeat.host();
        if (!identities.isNewest(tx, host, from.sentAt())) {
            throw new ProblemException(
                    ErrorCode.HOST_REPORT_REFUSED,
                    "The heartbeat was not taken: it was sent at " + from.sentAt() + ", and a later one has come.");
        }
        if (!hosts.renew(tx, heartbeat, config.lease())) {
            if (hosts.lock(tx, host)) {
                Optional<Recall> recall = readmission.rule(tx, heartbeat);
                if (recall.isPresent()) {
                    return new Ruling.Recalled(recall.get());
                }
                absence.isBack(tx, host);
            }
            register(tx, heartbeat);
        }
        ImageOrders orders = images.check(tx, heartbeat);
        inventory.check(tx, heartbeat);
        return new Ruling.Admitted(orders, leftovers.check(tx, heartbeat));
    }

    /**
     * The event bus knows nobody who serves this host's commands. When the agent's heartbeats still arrive, its
     * registration was lost with the router that held it, and only the agent can make it anew. What is found counts for
     * the link last heard of: while an agent leaves and joins again it cannot be reached either, and told of that it
     * would leave again, and so on for ever.
     */
    public void foundUnreachable(HostId host) {
        UUID link = links.get(host);
        if (link != null) {
            unreachable.put(host, link);
        }
    }

    private void register(Tx tx, Heartbeat heartbeat) throws InterruptedException {
        Optional<String> keyId = receiptKeyId(heartbeat);
        hosts.register(tx, heartbeat, keyId, config.lease());
        if (keyId.isPresent()) {
            rememberReceiptKey(tx, heartbeat, keyId.get());
        }
        hosts.fitPorts(tx, heartbeat);
        operations.dueOnHost(tx, heartbeat.host());
        tx.afterCommit(signal::wake);
        LOG.atInfo()
                .addKeyValue("hostId", heartbeat.host())
                .addKeyValue("version", heartbeat.version())
                .addKeyValue("acceleration", heartbeat.acceleration())
                .log("agent registered");
    }

    /** Evidence is only as good as what is known of who signed it, so that a new key stands in the audit log. */
    private void rememberReceiptKey(Tx tx, Heartbeat heartbeat, String keyId) throws InterruptedException {
        if (hosts.rememberReceiptKey(tx, heartbeat.host(), keyId, heartbeat.receiptKey())) {
            audit.noted(
                    tx,
                    BY,
                    "host-" + heartbeat.incarnation(),
                    "host_receipt_key",
                    Optional.empty(),
                    "host=" + heartbeat.host() + " key=" + keyId);
            LOG.atWarn()
                    .addKeyValue("hostId", heartbeat.host())
                    .addKeyValue("key", keyId)
                    .log("host signs receipts with a key not seen before");
        }
    }

    private static Optional<String> receiptKeyId(Heartbeat heartbeat) {
        try {
            return Optional.of(ReceiptVerifier.keyId(heartbeat.receiptKey()));
        } catch (IllegalArgumentException e) {
            LOG.atError()
                    .addKeyValue("hostId", heartbeat.host())
                    .addKeyValue("cause", e.getMessage())
                    .log("host has no key to sign receipts with, so none of its capsules can be switched");
            return Optional.empty();
        }
    }
}

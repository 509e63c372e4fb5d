package org.datacapsule.router.host;

import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.id.HostId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.drift.DriftKind;
import org.datacapsule.router.drift.DriftLog;
import org.datacapsule.router.drift.DriftLog.Finding;
import org.datacapsule.router.drift.DriftLog.Seen;
import org.datacapsule.router.event.EventLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is said to whom when a host is not heard of any more, and when it is back. Unreachable is not stopped. */
public final class HostAbsence {
    private static final Logger LOG = LoggerFactory.getLogger(HostAbsence.class);

    private final HostStore hosts;
    private final EventLog events;
    private final DriftLog drift;

    public HostAbsence(HostStore hosts, EventLog events, DriftLog drift) {
        this.hosts = hosts;
        this.events = events;
        this.drift = drift;
    }

    /** Notices one host whose lease is over; answers whether there was one. */
    boolean noticeOne(Tx tx) throws InterruptedException {
        Optional<HostId> silent = hosts.noticeSilent(tx);
        if (silent.isEmpty()) {
            return false;
        }
        HostId host = silent.get();
        events.onHost(tx, host, "capsule.unreachable", new JsonObject().put("host", host.value()));
        drift.open(
                tx,
                host,
                new Finding(
                        new Seen(DriftKind.HOST_AWAY, "host"),
                        Optional.empty(),
                        "The host has not been heard of for longer than its lease.",
                        "Its capsules are shown as unreachable; what is asked of them waits."));
        LOG.atWarn().addKeyValue("hostId", host).log("host is not heard of any more");
        return true;
    }

    /** The host's row is locked, and it may work again. */
    void isBack(Tx tx, HostId host) throws InterruptedException {
        if (tx.update(
                        "update host set unreachable_since = null where id = $1 and unreachable_since is not null",
                        Tuple.of(host.value()))
                == 0) {
            return;
        }
        events.onHost(tx, host, "capsule.reachable", new JsonObject().put("host", host.value()));
        drift.settle(
                tx,
                host,
                List.of(DriftKind.HOST_AWAY),
                List.of(),
                "The host is back; its capsules are what it has of them.");
        LOG.atInfo().addKeyValue("hostId", host).log("host is heard of again");
    }
}

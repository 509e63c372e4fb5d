package org.datacapsule.router;

import java.time.Duration;
import java.time.InstantSource;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.capsule.StartOperation;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.drift.DriftLog;
import org.datacapsule.router.drift.DriftRoutes;
import org.datacapsule.router.evacuation.EvacuateHost;
import org.datacapsule.router.evacuation.EvacuationStore;
import org.datacapsule.router.event.EventLog;
import org.datacapsule.router.fence.CollectDrift;
import org.datacapsule.router.fence.FenceHost;
import org.datacapsule.router.fence.FenceRoutes;
import org.datacapsule.router.fence.Fencing;
import org.datacapsule.router.host.HostAbsence;
import org.datacapsule.router.host.HostStore;
import org.datacapsule.router.host.HostWatch;
import org.datacapsule.router.host.PortStore;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.migration.EvictionStore;
import org.datacapsule.router.work.Loop;

/** Wires what notices hosts that died, fences and evacuates them, and collects what is left. */
public final class DeadHostParts {
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration COLLECT = Duration.ofSeconds(5);

    private final RouterConfig config;
    private final Around around;
    private final CollectDrift collect;

    /** What they need of the rest. */
    record Around(
            Database database,
            CapsuleStore capsules,
            HostStore hosts,
            PortStore ports,
            EvictionStore evictions,
            StartOperation start,
            EventLog events,
            AuditLog audit,
            DriftLog drift,
            HostAbsence absence,
            Fencing fencing,
            InstantSource clock) {}

    DeadHostParts(RouterConfig config, Around around) {
        this.config = config;
        this.around = around;
        this.collect =
                new CollectDrift(around.database(), around.drift(), around.evictions(), around.audit(), config.drift());
    }

    void register(Endpoints endpoints) {
        EvacuateHost evacuate = new EvacuateHost(
                around.database(),
                around.capsules(),
                around.hosts(),
                around.ports(),
                around.evictions(),
                new EvacuationStore(),
                around.start(),
                around.events(),
                config.placement(),
                config.guests());
        new FenceRoutes(new FenceHost(around.database(), around.fencing(), around.audit()), evacuate, collect)
                .register(endpoints);
        new DriftRoutes(around.database()).register(endpoints);
    }

    /** Notices hosts that are not heard of any more. */
    public HostWatch watch() {
        return new HostWatch(around.database(), around.absence(), config.hosts(), around.clock());
    }

    Loop startWatch() {
        return Loop.start("host-watch", LOOK, watch()::look);
    }

    Loop startCollecting() {
        return Loop.start("drift", COLLECT, this::collectOne);
    }

    /** Has one thing collected that is no host's; answers whether there was one. */
    public boolean collectOne() throws InterruptedException {
        return collect.sweepOne();
    }
}

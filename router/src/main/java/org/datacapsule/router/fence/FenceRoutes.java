package org.datacapsule.router.fence;

import org.datacapsule.router.evacuation.EvacuateHost;
import org.datacapsule.router.http.Endpoints;

/** What is done with a host that died. */
public final class FenceRoutes {
    private final FenceHost fence;
    private final EvacuateHost evacuate;
    private final CollectDrift collect;

    public FenceRoutes(FenceHost fence, EvacuateHost evacuate, CollectDrift collect) {
        this.fence = fence;
        this.evacuate = evacuate;
        this.collect = collect;
    }

    public void register(Endpoints endpoints) {
        endpoints
                .serve("fenceHost", fence::fence)
                .serve("evacuateHost", evacuate::evacuate)
                .serve("collectDrift", collect::collect);
    }
}

package org.datacapsule.e2e;

import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * All that takes several real hosts and routers: stories on one testbed, one after the other, for it takes half a minute to make.
 * One alone: {@code -Dit.test='WholeFleetIT$Reconcile'}.
 */
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
class WholeFleetIT {
    /** The third host is there for campaigns; where a capsule is to go must be known to the other stories. */
    @RegisterExtension
    static final RunningTestbed TESTBED = new RunningTestbed(3, 2);

    @Nested
    @Order(1)
    class Campaign extends CampaignStory {}

    /** On three hosts; what comes after it uses two. */
    @Nested
    @Order(2)
    class Images extends ImagesStory {}

    @Nested
    @Order(3)
    class Reconcile extends ReconcileStory {}

    /** The last, for at its end there is no testbed. */
    @Nested
    @Order(4)
    class Fleet extends FleetStory {}
}

package org.datacapsule.e2e;

import java.io.IOException;
import org.datacapsule.devkit.fleet.Fleet;
import org.datacapsule.devkit.fleet.FleetPlan;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A fleet for all tests of a class. What its programs said last is printed when a test fails. */
final class RunningFleet implements BeforeAllCallback, AfterTestExecutionCallback, AfterAllCallback {
    private final FleetPlan plan;
    private @Nullable Fleet fleet;

    RunningFleet(FleetPlan plan) {
        this.plan = plan;
    }

    Fleet get() {
        Fleet running = fleet;
        if (running == null) {
            throw new IllegalStateException("the fleet runs during tests only");
        }
        return running;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException, InterruptedException {
        fleet = Fleet.start(plan);
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        if (context.getExecutionException().isPresent()) {
            System.err.println(get().logs());
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (fleet != null) {
            fleet.close();
        }
    }
}

package org.datacapsule.e2e;

import java.io.IOException;
import org.datacapsule.devkit.fleet.Testbed;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A testbed for all tests of a class. What its processes said last is printed when a test fails. */
final class RunningTestbed implements BeforeAllCallback, AfterTestExecutionCallback, AfterAllCallback {
    private final int hosts;
    private final int routers;
    private @Nullable Testbed testbed;

    RunningTestbed(int hosts, int routers) {
        this.hosts = hosts;
        this.routers = routers;
    }

    Testbed get() {
        Testbed running = testbed;
        if (running == null) {
            throw new IllegalStateException("the testbed runs during tests only");
        }
        return running;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException, InterruptedException {
        testbed = Testbed.up(hosts, routers);
    }

    @Override
    public void afterTestExecution(ExtensionContext context) throws IOException {
        if (context.getExecutionException().isPresent()) {
            System.err.println(get().logs());
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (testbed != null) {
            testbed.close();
        }
    }
}

package org.datacapsule.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.datacapsule.devkit.fleet.CapsuleApi;
import org.datacapsule.devkit.fleet.Testbed;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A testbed for the classes nested in one. Each finds it without a capsule; after one in which a test failed it is made anew.
 * What its processes said last is in target/testbed-logs when a test fails.
 */
final class RunningTestbed implements BeforeAllCallback, AfterTestExecutionCallback, AfterAllCallback {
    private static final Duration MINUTES = Duration.ofMinutes(2);
    private static final Path LOGS = Path.of("target/testbed-logs");

    private final int hosts;
    private final int routers;
    private @Nullable Testbed testbed;
    private boolean isSpoiled;

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

    int hosts() {
        return hosts;
    }

    int routers() {
        return routers;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException, InterruptedException {
        if (isOutermost(context)) {
            return;
        }
        if (testbed != null && !isSpoiled) {
            clear(testbed);
            return;
        }
        if (testbed != null) {
            testbed.close();
        }
        isSpoiled = false;
        testbed = Testbed.up(hosts, routers);
    }

    private static boolean isOutermost(ExtensionContext context) {
        return context.getRequiredTestClass().getEnclosingClass() == null;
    }

    /** No capsule is left. */
    private static void clear(Testbed testbed) throws IOException, InterruptedException {
        for (CapsuleApi user : List.of(testbed.researcher(), testbed.colleague())) {
            List<String> operations = new ArrayList<>();
            for (JsonNode capsule : user.post("/show", Map.of()).success().path("status")) {
                String id = capsule.path("vmid").asText();
                operations.add(user.command("deletevm", id).operation());
            }
            for (String operation : operations) {
                String end = user.awaitEnd(operation, MINUTES).path("status").asText();
                if (!end.equals("SUCCEEDED")) {
                    throw new IllegalStateException("a capsule of an earlier story cannot be deleted: " + end);
                }
            }
        }
    }

    /** Hosts but the first two take no capsules. */
    void useTwoHosts() throws IOException, InterruptedException {
        for (int number = 3; number <= hosts; number++) {
            get().operator()
                    .put(
                            "/v1/hosts/h" + number,
                            Map.of("enabled", "false"),
                            UUID.randomUUID().toString())
                    .success();
        }
    }

    @Override
    public void afterTestExecution(ExtensionContext context) throws IOException {
        if (context.getExecutionException().isPresent()) {
            isSpoiled = true;
            // What is printed is lost with the next nested class, whose output takes its file.
            Path file = Files.createDirectories(LOGS).resolve(context.getDisplayName() + ".log");
            Files.writeString(file, get().logs());
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (isOutermost(context) && testbed != null) {
            testbed.close();
        }
    }
}

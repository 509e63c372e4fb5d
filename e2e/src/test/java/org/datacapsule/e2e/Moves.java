package org.datacapsule.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.devkit.fleet.Answer;
import org.datacapsule.devkit.fleet.CapsuleApi;
import org.datacapsule.devkit.fleet.Patience;
import org.datacapsule.devkit.fleet.Testbed;

/** An operator who moves capsules between the two hosts of a testbed. */
record Moves(Testbed testbed) {
    private static final Duration MINUTES = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    static String other(String host) {
        return host.equals("h1") ? "h2" : "h1";
    }

    /** Moves it and waits for the end; answers its row of /v1/migrations. */
    JsonNode migrate(String capsule, String to) throws IOException, InterruptedException {
        String operation = begin(capsule, to, 0);
        testbed.operator().awaitEnd(operation, MINUTES);
        return row(operation);
    }

    /**
     * Answers the operation. A host that still has files of the capsule, from when it left, is waited for.
     *
     * @param bandwidth MiB a second; 0 for no limit
     */
    String begin(String capsule, String to, int bandwidth) throws IOException, InterruptedException {
        Map<String, String> form = new HashMap<>(Map.of("vmid", capsule, "host", to));
        if (bandwidth > 0) {
            form.put("bandwidth", Integer.toString(bandwidth));
        }
        return Patience.await("way to " + to, MINUTES, () -> {
            Answer answer = testbed.operator()
                    .post("/migratevm", form, UUID.randomUUID().toString());
            boolean isNotEmptied = answer.body().path("code").asText().equals("host.unsuitable");
            return isNotEmptied
                    ? Optional.empty()
                    : Optional.of(answer.success().path("operation").asText());
        });
    }

    /** Waits until a QEMU there is being filled with the guest. */
    void awaitCopying(String capsule, String to) throws IOException, InterruptedException {
        Patience.await("copy of the guest", MINUTES, () -> {
            String state =
                    testbed.exec(to, "sh", "-c", "virsh -q domstate --reason " + capsule + " 2> /dev/null || true");
            return state.contains("migrating") ? Optional.of(state) : Optional.empty();
        });
    }

    /** MiB a second that QEMU copies the guest's disk with at most, as QEMU itself has it. */
    int limit(String capsule, String from) throws IOException, InterruptedException {
        String speed = Patience.await("copy of the disk", MINUTES, () -> {
            JsonNode answer = JSON.readTree(testbed.exec(
                    from, "virsh", "-q", "qemu-monitor-command", capsule, "{\"execute\":\"query-block-jobs\"}"));
            return answer.path("return").isEmpty()
                    ? Optional.empty()
                    : Optional.of(answer.path("return").path(0).path("speed").asText());
        });
        return Math.toIntExact(Long.parseLong(speed) >> 20);
    }

    /** Lets the capsule stay, and waits until that is so; answers the operation that brought it about. */
    JsonNode cancel(String operation) throws IOException, InterruptedException {
        CapsuleApi operator = testbed.operator();
        String stay = operator.delete("/v1/migrations/" + operation)
                .success()
                .path("operation")
                .asText();
        return operator.awaitEnd(stay, MINUTES);
    }

    JsonNode row(String operation) throws IOException, InterruptedException {
        for (JsonNode migration :
                testbed.operator().get("/v1/migrations").success().path("migrations")) {
            if (migration.path("id").asText().equals(operation)) {
                return migration;
            }
        }
        throw new AssertionError("no migration " + operation);
    }

    /** Neither files, nor a domain, nor a filter on its interface, nor the key of its volume. */
    void awaitNothingOf(String capsule, String host) throws IOException, InterruptedException {
        Patience.await("a host without anything of the capsule", MINUTES, () -> {
            String found = testbed.exec(
                    host,
                    "sh",
                    "-c",
                    "ls /var/lib/libvirt/datacapsule/capsules /run/libvirt/qemu; virsh -q list --all --uuid;"
                            + " virsh -q secret-list;"
                            + " for tap in $(virsh -q nwfilter-binding-list | awk '{ print $1 }'); do"
                            + " virsh nwfilter-binding-dumpxml $tap; done");
            return found.contains(capsule) ? Optional.empty() : Optional.of(host);
        });
    }
}

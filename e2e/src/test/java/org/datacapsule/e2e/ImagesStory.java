package org.datacapsule.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.datacapsule.devkit.fleet.Answer;
import org.datacapsule.devkit.fleet.CapsuleApi;
import org.datacapsule.devkit.fleet.CapsuleApi.Started;
import org.datacapsule.devkit.fleet.Patience;
import org.datacapsule.devkit.fleet.Testbed;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Fifty creates at once on three hosts of which none has the image, and one of which gets the first part of it only for a while.
 * {@code -Dimage.mib=1024} for the size of a real image.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class ImagesStory {
    private static final int CREATES = 50;
    private static final int MIB = Integer.getInteger("image.mib", 48);
    private static final String HELD_UP = "h3";
    /** The programs of a testbed start quickly, and encrypt slowly. */
    private static final Duration MINUTES = Duration.ofMinutes(4 + MIB / 128);

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final RunningTestbed TESTBED = WholeFleetIT.TESTBED;

    @RegisterExtension
    static final Story STORY = new Story();

    private final List<Started> created = new ArrayList<>();
    private CapsuleApi api;
    private String content = "";
    private String image = "";
    private long begun;

    @BeforeAll
    void begin() throws Exception {
        api = TESTBED.get().researcher();
        for (int number = 1; number <= TESTBED.hosts(); number++) {
            TESTBED.get()
                    .operator()
                    .put(
                            "/v1/hosts/h" + number,
                            Map.of("enabled", "true"),
                            UUID.randomUUID().toString())
                    .success();
        }
        content = putIntoTheStore();
    }

    /** The wire of one host lets a sixth of the image through and then nothing. */
    @Test
    @Order(1)
    void createsOnAHostThatLacksTheImageWaitAndSayHowFarItIs() throws Exception {
        nft("add table inet cut; add chain inet cut in { type filter hook input priority 0 ; };"
                + " add rule inet cut in tcp sport 5702 quota over " + Math.ceilDiv(MIB, 4) + " mbytes drop");
        begun = System.nanoTime();
        image = TESTBED.get()
                .operator()
                .post(
                        "/v1/images",
                        Map.of("imageName", "many-creates-" + UUID.randomUUID(), "public", "true", "sha256", content))
                .text("imageId");

        createAllAtOnce();

        String waiting = capsuleOn(HELD_UP);
        JsonNode operation = Patience.await("progress of a create that waits", MINUTES, () -> {
            JsonNode now = api.get("/v1/operations/" + operationOf(waiting)).success();
            return now.path("progress").asInt() > 0 ? Optional.of(now) : Optional.empty();
        });
        assertThat(operation.path("status").asText()).as(operation.toString()).isEqualTo("RUNNING");
        assertThat(api.state(waiting)).isEqualTo("CREATE_PENDING");
        JsonNode there = Patience.await("the first part of the image", MINUTES, () -> {
            JsonNode now = onHost(HELD_UP);
            return now.path("doneBytes").asLong() > 0 ? Optional.of(now) : Optional.empty();
        });
        assertThat(there.path("state").asText()).as(there.toString()).isEqualTo("FETCHING");
        assertThat(there.path("doneBytes").asLong())
                .isLessThan(there.path("totalBytes").asLong());
    }

    @Test
    @Order(2)
    void aTransferThatIsCutGoesOnAndEachHostHasHadTheImageOnce() throws Exception {
        // The connection ends as by a router on the way that lost its memory.
        TESTBED.get().exec(HELD_UP, "ss", "-K", "dport", "=", "5702");
        nft("delete table inet cut");

        for (Started each : created) {
            JsonNode end = api.awaitEnd(each.operation(), MINUTES);
            assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("SUCCEEDED");
        }
        System.out.printf(
                "%d creates on %d hosts, %d MiB: %d ms%n",
                CREATES,
                TESTBED.hosts(),
                MIB,
                Duration.ofNanos(System.nanoTime() - begun).toMillis());

        Map<String, List<Long>> transfers = transfers();
        assertThat(transfers).containsOnlyKeys("CN=h1", "CN=h2", "CN=h3");
        assertThat(transfers.get("CN=h1")).containsExactly(0L);
        assertThat(transfers.get("CN=h2")).containsExactly(0L);
        List<Long> cut = transfers.getOrDefault("CN=" + HELD_UP, List.of());
        assertThat(cut).hasSizeGreaterThan(1).startsWith(0L);
        assertThat(cut.subList(1, cut.size()))
                .as("from where it was cut")
                .allSatisfy(from -> assertThat(from).isPositive());
        for (int number = 1; number <= TESTBED.hosts(); number++) {
            assertThat(onHost("h" + number).path("state").asText()).isEqualTo("PRESENT");
        }
    }

    @Test
    @Order(3)
    void aGuestRunsOnAnImageThatCameInTwoParts() throws Exception {
        String capsule = capsuleOn(HELD_UP);
        JsonNode end = api.awaitEnd(api.command("launchvm", capsule).operation(), MINUTES);
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("SUCCEEDED");
    }

    @Test
    @Order(4)
    void aSourceThatHasSomethingElseIsNeverUsedAndTheImageSaysSo() throws Exception {
        String other = UUID.randomUUID().toString().replace("-", "").repeat(2);
        Path damaged = TESTBED.get().state().resolve("images").resolve(other + ".qcow2");
        Files.writeString(damaged, "something else");

        image = TESTBED.get()
                .operator()
                .post(
                        "/v1/images",
                        Map.of("imageName", "damaged-" + UUID.randomUUID(), "public", "true", "sha256", other))
                .text("imageId");

        JsonNode ended = Patience.await("end of a damaged image", MINUTES, () -> {
            JsonNode now = TESTBED.get().operator().get("/v1/images/" + image).success();
            return now.path("imageStatus").asText().equals("ERROR") ? Optional.of(now) : Optional.empty();
        });
        assertThat(ended.path("error").asText())
                .startsWith("Every copy of its file is damaged: that of the image store, as found by h");
        assertThat(ended.path("hosts"))
                .allSatisfy(host -> assertThat(host.path("state").asText()).isNotEqualTo("PRESENT"));
        assertThat(damaged).doesNotExist();
    }

    /** The guest's image, and behind its file system bytes of which every one has to come over the wire. */
    private static String putIntoTheStore() throws IOException, InterruptedException {
        Path store = TESTBED.get().state().resolve("images");
        Path raw = TESTBED.get().state().resolve("many.raw");
        Path made = TESTBED.get().state().resolve("many.qcow2");
        String script = """
                set -e
                base=$(ls /var/lib/libvirt/datacapsule/images/*.qcow2 | head -n 1)
                qemu-img convert -O raw "$base" %1$s
                head -c %2$dM /dev/urandom >> %1$s
                qemu-img convert -f raw -O qcow2 %1$s %3$s
                rm %1$s
                sum=$(sha256sum %3$s | cut -d ' ' -f 1)
                chmod 400 %3$s
                mv %3$s %4$s/$sum.qcow2
                echo $sum
                """.formatted(raw, MIB, made, store);
        return TESTBED.get().exec("h1", "sh", "-c", script).strip();
    }

    private void createAllAtOnce() throws InterruptedException, ExecutionException {
        try (ExecutorService users = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Started>> asked = new ArrayList<>();
            for (int i = 0; i < CREATES; i++) {
                asked.add(users.submit(this::create));
            }
            for (Future<Started> one : asked) {
                created.add(one.get());
            }
        }
    }

    /**
     * As somebody who asks again, with one key: where so much comes at once a host may pass for silent for a moment, and a router
     * for one that is not ready, of which the address in front of both drops the connections.
     */
    private Started create() throws IOException, InterruptedException {
        String key = UUID.randomUUID().toString();
        return Patience.await("a capsule", MINUTES, () -> {
            try {
                Answer answer = api.post("/createvm", smallest(), key);
                boolean isForLater = answer.status() == 503
                        || answer.body().path("code").asText().equals("capacity.exhausted");
                return isForLater ? Optional.empty() : Optional.of(Started.of(answer));
            } catch (IOException e) {
                return Optional.empty();
            }
        });
    }

    /** With as little memory as may be, so that fifty have room on three hosts of a small machine. */
    private Map<String, String> smallest() {
        Map<String, String> form = new HashMap<>(CapsuleApi.smallest(image, "ada", "a-password-of-the-fleet"));
        form.put("memory", "192");
        return form;
    }

    private String capsuleOn(String host) throws IOException, InterruptedException {
        for (Started each : created) {
            if (api.show(each.capsule()).orElseThrow().path("host").asText().equals(host)) {
                return each.capsule();
            }
        }
        throw new AssertionError("no capsule is on " + host);
    }

    private String operationOf(String capsule) {
        return created.stream()
                .filter(each -> each.capsule().equals(capsule))
                .findFirst()
                .orElseThrow()
                .operation();
    }

    private JsonNode onHost(String host) throws IOException, InterruptedException {
        for (JsonNode each : api.get("/v1/images/" + image).success().path("hosts")) {
            if (each.path("host").asText().equals(host)) {
                return each;
            }
        }
        throw new AssertionError("the image says nothing of " + host);
    }

    private static void nft(String commands) throws IOException, InterruptedException {
        TESTBED.get().exec(HELD_UP, "nft", commands);
    }

    /** From which bytes on every door has given the image to whom. */
    private Map<String, List<Long>> transfers() throws IOException {
        Testbed testbed = TESTBED.get();
        Map<String, List<Long>> found = new HashMap<>();
        try (DirectoryStream<Path> logs =
                Files.newDirectoryStream(testbed.state().resolve("log"), "*.log")) {
            for (Path log : logs) {
                for (String line : Files.readAllLines(log)) {
                    if (line.contains("an image is given to a member") && line.contains(content)) {
                        JsonNode said = pairs(JSON.readTree(line));
                        found.computeIfAbsent(said.path("to").asText(), key -> new ArrayList<>())
                                .add(said.path("fromByte").asLong());
                    }
                }
            }
        }
        found.values().forEach(Collections::sort);
        return found;
    }

    private static JsonNode pairs(JsonNode line) {
        Map<String, JsonNode> pairs = new HashMap<>();
        line.path("kvpList").forEach(pair -> pair.properties().forEach(one -> pairs.put(one.getKey(), one.getValue())));
        return JSON.valueToTree(pairs);
    }
}

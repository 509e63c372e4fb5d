package org.datacapsule.devkit.campaign;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.datacapsule.devkit.check.Asked;
import org.datacapsule.devkit.fleet.Answer;
import org.datacapsule.devkit.fleet.CapsuleApi;
import org.datacapsule.devkit.fleet.Testbed;

/** Two researchers and an operator of a testbed, who give one command after the other and never wait for the answer. */
final class Users {
    /** How many choices there are. */
    static final int CHOICES = 75;

    private static final int MOST_CAPSULES = 5;
    private static final int TIMES = 20;
    private static final int SERVICE_UNAVAILABLE = 503;
    private static final Duration TO_LAUNCH = Duration.ofMinutes(2);

    private final Testbed testbed;
    private final List<String> hosts;
    private final Consumer<String> says;
    private final Map<String, CapsuleApi> researchers;
    private final CapsuleApi operator;
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final List<Owned> capsules = new CopyOnWriteArrayList<>();
    private final List<String> migrations = new CopyOnWriteArrayList<>();
    private final Map<String, String> last = new ConcurrentHashMap<>();
    private final AtomicInteger creates = new AtomicInteger();
    private final AtomicInteger number = new AtomicInteger();
    private ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final String run = UUID.randomUUID().toString().substring(0, 8);

    private record Owned(String id, String owner) {}

    Users(Testbed testbed, List<String> hosts, Consumer<String> says) {
        this.testbed = testbed;
        this.hosts = hosts;
        this.says = says;
        this.researchers = Map.of("researcher", testbed.researcher(), "colleague", testbed.colleague());
        this.operator = testbed.operator();
    }

    List<Asked> asked() {
        return List.copyOf(asked);
    }

    List<String> capsules() {
        return capsules.stream().map(Owned::id).toList();
    }

    /** Hosts that have capsules, as far as the routers say now. */
    List<String> homes() throws InterruptedException {
        Set<String> homes = new TreeSet<>();
        for (Owned capsule : capsules) {
            try {
                researchers
                        .getOrDefault(capsule.owner(), operator)
                        .show(capsule.id())
                        .ifPresent(row -> homes.add(row.path("host").asText()));
            } catch (IOException | IllegalStateException e) {
                says.accept("nobody says where " + capsule.id() + " lives");
            }
        }
        return List.copyOf(homes);
    }

    /** A capsule that runs when this returns, and that nobody gives a command on afterwards. */
    String launchOne() throws IOException, InterruptedException {
        CapsuleApi api = testbed.researcher();
        String capsule = begin("createvm", CapsuleApi.smallest(testbed.image(), "ada", "campaign-1"), api);
        api.awaitState(capsule, "SHUTDOWN", TO_LAUNCH);
        begin("launchvm", Map.of("vmid", capsule), api);
        api.awaitState(capsule, "RUNNING", TO_LAUNCH);
        return capsule;
    }

    private String begin(String verb, Map<String, String> form, CapsuleApi api)
            throws IOException, InterruptedException {
        String key = run + "-" + number.incrementAndGet();
        Answer said = api.post("/" + verb, form, key);
        asked.add(new Asked(key, "researcher", verb, 1, answer(said)));
        return said.text("vmid");
    }

    /** @param choice 0 to 74 */
    void give(int choice, int which) {
        threads.execute(() -> choose(choice, which));
    }

    private void choose(int choice, int which) {
        if (capsules.isEmpty() || (choice < 12 && creates.get() < MOST_CAPSULES)) {
            create(which % 2 == 0 ? "researcher" : "colleague");
            return;
        }
        Owned capsule = capsules.get(which % capsules.size());
        String host = hosts.get(which / 7 % hosts.size());
        if (choice < 45) {
            sensible(capsule, which);
        } else if (choice < 50) {
            on(capsule, "stopvm", Map.of());
        } else if (choice < 54) {
            on(capsule, "deletevm", Map.of());
        } else if (choice < 64) {
            migrate(capsule, host);
        } else if (choice < 67) {
            cancel(which);
        } else if (choice < 69) {
            ask("admin", "/v1/hosts/" + host + "/drain", Map.of(), "drainHost");
            ask("admin", "/v1/hosts/" + host, Map.of("enabled", "true"), "setHost");
        } else {
            ask("admin", "/v1/capsules/" + capsule.id() + "/recover", Map.of(), "recover");
        }
    }

    private void sensible(Owned capsule, int which) {
        switch (last.getOrDefault(capsule.id(), "createvm")) {
            case "launchvm", "maintenance" -> {
                if (which % 3 == 0) {
                    on(capsule, "stopvm", Map.of());
                } else {
                    on(capsule, "switchvm", Map.of("mode", "secure"));
                }
            }
            case "secure" -> on(capsule, which % 3 == 0 ? "stopvm" : "switchvm", Map.of("mode", "maintenance"));
            default -> on(capsule, "launchvm", Map.of());
        }
    }

    private void create(String user) {
        creates.incrementAndGet();
        Optional<JsonNode> body =
                ask(user, "/createvm", CapsuleApi.smallest(testbed.image(), "ada", "campaign-1"), "createvm");
        if (body.isPresent()) {
            capsules.add(new Owned(body.get().path("vmid").asText(), user));
        } else {
            creates.decrementAndGet();
        }
    }

    private void on(Owned capsule, String verb, Map<String, String> more) {
        Map<String, String> form = new HashMap<>(verb.equals("switchvm") ? more : Map.of());
        form.put("vmid", capsule.id());
        ask(capsule.owner(), "/" + verb, form, verb).ifPresent(body -> {
            last.put(capsule.id(), form.getOrDefault("mode", verb));
            if (verb.equals("deletevm")) {
                capsules.remove(capsule);
                creates.decrementAndGet();
            }
        });
    }

    private void migrate(Owned capsule, String host) {
        ask("admin", "/migratevm", Map.of("vmid", capsule.id(), "host", host), "migratevm")
                .ifPresent(body -> migrations.add(body.path("operation").asText()));
    }

    private void cancel(int which) {
        if (!migrations.isEmpty()) {
            ask("admin", "/v1/migrations/" + migrations.get(which % migrations.size()), Map.of(), "cancelMigration");
        }
    }

    /**
     * A host has no power: once that is noticed, the operator says so and has its capsules made anew elsewhere.
     *
     * @param isOff looked at once more before it is said
     */
    void evacuate(String host, BooleanSupplier isOff) {
        threads.execute(() -> {
            String at = "/v1/hosts/" + host;
            for (int time = 0; time < TIMES && isOff.getAsBoolean(); time++) {
                Optional<JsonNode> fenced = ask("admin", at + "/fence", Map.of("machineIsOff", host), "fenceHost");
                if (fenced.filter(body -> body.path("state").asText().equals("FENCED"))
                        .isPresent()) {
                    ask("admin", at + "/evacuate", Map.of("anew", "true"), "evacuateHost");
                    return;
                }
                if (isInterrupted()) {
                    return;
                }
            }
        });
    }

    private static boolean isInterrupted() {
        try {
            Thread.sleep(500);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Asks with the same key until there is an answer that says what became of it. */
    private Optional<JsonNode> ask(String user, String path, Map<String, String> form, String verb) {
        String key = run + "-" + number.incrementAndGet();
        Asked.Answer answer = new Asked.Answer.Unknown();
        Optional<JsonNode> body = Optional.empty();
        int times = 0;
        try {
            while (times < TIMES && answer instanceof Asked.Answer.Unknown) {
                if (times++ > 0) {
                    Thread.sleep(500);
                }
                Optional<Answer> said = send(user, path, form, verb, key);
                answer = said.map(Users::answer).orElseGet(Asked.Answer.Unknown::new);
                body = said.filter(it -> it.status() / 100 == 2).map(Answer::body);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        says.accept(user + " " + verb + " " + path + " " + answer);
        asked.add(new Asked(key, user, verb, times, answer));
        return body;
    }

    private Optional<Answer> send(String user, String path, Map<String, String> form, String verb, String key)
            throws InterruptedException {
        CapsuleApi api = researchers.getOrDefault(user, operator);
        try {
            return Optional.of(
                    switch (verb) {
                        case "setHost" -> api.put(path, form, key);
                        case "cancelMigration" -> api.delete(path, key);
                        default -> api.post(path, form, key);
                    });
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Asked.Answer answer(Answer said) {
        if (said.status() == SERVICE_UNAVAILABLE || said.status() == 502 || said.status() == 504) {
            return new Asked.Answer.Unknown();
        }
        if (said.status() / 100 != 2) {
            return new Asked.Answer.Refused(said.body().path("code").asText());
        }
        List<UUID> begun = new ArrayList<>();
        if (said.body().hasNonNull("operation")) {
            begun.add(UUID.fromString(said.body().path("operation").asText()));
        }
        for (String list : List.of("moving", "evacuating")) {
            said.body()
                    .path(list)
                    .forEach(one ->
                            begun.add(UUID.fromString(one.path("operation").asText())));
        }
        return begun.isEmpty() ? new Asked.Answer.Done() : new Asked.Answer.Began(begun);
    }

    /** Every command has an answer, or its user has given up. */
    void awaitAnswers() throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(5, TimeUnit.MINUTES)) {
            throw new IllegalStateException("commands are without an answer for minutes");
        }
        threads = Executors.newVirtualThreadPerTaskExecutor();
    }

    String summary() {
        Map<String, Integer> counts = new TreeMap<>();
        for (Asked one : asked) {
            counts.merge(one.verb() + " " + one.answer().getClass().getSimpleName(), 1, Integer::sum);
        }
        return counts.toString();
    }
}

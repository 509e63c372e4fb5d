package org.datacapsule.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.devkit.fleet.Answer;
import org.datacapsule.devkit.fleet.CapsuleApi;
import org.datacapsule.devkit.fleet.CapsuleApi.Started;
import org.datacapsule.devkit.fleet.Fleet;
import org.datacapsule.devkit.fleet.Patience;

/** One capsule led from create to delete over and over, its state checked on libvirt and in the database at each stand. */
final class CrashWalk {
    /** In its order each operation leads to the next. */
    static final List<OperationKind> LIFE =
            List.of(OperationKind.CREATE, OperationKind.LAUNCH, OperationKind.STOP, OperationKind.DELETE);

    private static final Duration END_WITHIN = Duration.ofMinutes(2);
    private static final String MAINTENANCE = "RUNNING in MAINTENANCE";
    private static final String SECURE = "RUNNING in SECURE";
    private static final String USER = "walker";
    private static final String PASSWORD = "a-password-to-walk-with";

    private final Fleet fleet;
    private final CapsuleApi api;
    private String capsule = "";
    private String last = "DELETED";

    CrashWalk(Fleet fleet, CapsuleApi api) {
        this.fleet = fleet;
        this.api = api;
    }

    /** Of the capsule that is there, or was last. */
    String capsule() {
        return capsule;
    }

    /** Whether there is a capsule, as the last operation that ended has left it. */
    boolean isThere() {
        return !last.equals("DELETED");
    }

    /** Likewise. */
    boolean isSecure() {
        return last.equals(SECURE);
    }

    /** Brings the capsule to where {@code next} can be asked for, with what commands that takes. */
    void readyFor(OperationKind next) throws Exception {
        String wanted = stateBefore(next);
        for (String state = state(); !state.equals(wanted); state = state()) {
            finish(
                    switch (state) {
                        case "DELETED" -> OperationKind.CREATE;
                        case "SHUTDOWN" -> isRunning(wanted) ? OperationKind.LAUNCH : OperationKind.DELETE;
                        case MAINTENANCE -> wanted.equals(SECURE) ? OperationKind.SWITCH_TO_SECURE : OperationKind.STOP;
                        case SECURE ->
                            wanted.equals(MAINTENANCE) ? OperationKind.SWITCH_TO_MAINTENANCE : OperationKind.STOP;
                        default -> throw new IllegalStateException("the capsule is " + state);
                    });
        }
    }

    private static String stateBefore(OperationKind kind) {
        return switch (kind) {
            case CREATE -> "DELETED";
            case LAUNCH, DELETE -> "SHUTDOWN";
            case SWITCH_TO_SECURE, STOP -> MAINTENANCE;
            case SWITCH_TO_MAINTENANCE -> SECURE;
            default -> throw new IllegalArgumentException("not walked: " + kind);
        };
    }

    private static boolean isRunning(String state) {
        return state.startsWith("RUNNING");
    }

    private void finish(OperationKind kind) throws Exception {
        Started started = ask(kind, "ready-" + System.nanoTime());
        assertEndedAsIfNothingHadHappened(kind, started);
    }

    /**
     * Asks for an operation. A host whose agent has just started has no image until it has hashed its cache, so a create
     * that is refused for that is asked for again, as a user would.
     */
    Started ask(OperationKind kind, String idempotencyKey) throws IOException, InterruptedException {
        AtomicInteger tries = new AtomicInteger();
        return Patience.await("room for a capsule", END_WITHIN, () -> {
            int before = tries.getAndIncrement();
            Answer answer = askOnce(kind, before == 0 ? idempotencyKey : idempotencyKey + "/" + before);
            return answer.body().path("code").asText().equals("capacity.exhausted")
                    ? Optional.empty()
                    : Optional.of(Started.of(answer));
        });
    }

    private Answer askOnce(OperationKind kind, String idempotencyKey) throws IOException, InterruptedException {
        return switch (kind) {
            case CREATE -> api.post("/createvm", CapsuleApi.smallest(fleet.image(), USER, PASSWORD), idempotencyKey);
            case SWITCH_TO_SECURE -> switchTo("secure", idempotencyKey);
            case SWITCH_TO_MAINTENANCE -> switchTo("maintenance", idempotencyKey);
            default ->
                api.post("/" + kind.name().toLowerCase(Locale.ROOT) + "vm", Map.of("vmid", capsule), idempotencyKey);
        };
    }

    private Answer switchTo(String mode, String idempotencyKey) throws IOException, InterruptedException {
        return api.post("/switchvm", Map.of("vmid", capsule, "mode", mode), idempotencyKey);
    }

    /** The operation has succeeded, the capsule is what it should be, and nothing of it is left. */
    void assertEndedAsIfNothingHadHappened(OperationKind kind, Started started) throws Exception {
        JsonNode end = api.awaitEnd(started.operation(), END_WITHIN);
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("SUCCEEDED");
        capsule = started.capsule();
        last = stateAfter(kind);
        assertThat(state()).isEqualTo(last);
        Place place = Place.of(fleet, capsule);
        Set<Traces> wanted = tracesAfter(kind);
        if (!wanted.contains(Traces.PROCESS)) {
            Traces.awaitEndOfLeftPrograms(place);
        }
        assertThat(Traces.of(fleet, place)).isEqualTo(wanted);
    }

    private String state() throws IOException, InterruptedException {
        if (capsule.isEmpty()) {
            return "DELETED";
        }
        String state = api.state(capsule);
        return state.equals("RUNNING")
                ? state + " in " + api.show(capsule).orElseThrow().path("mode").asText()
                : state;
    }

    private static String stateAfter(OperationKind kind) {
        return switch (kind) {
            case CREATE, STOP -> "SHUTDOWN";
            case LAUNCH, SWITCH_TO_MAINTENANCE -> MAINTENANCE;
            case SWITCH_TO_SECURE -> SECURE;
            case DELETE -> "DELETED";
            default -> throw new IllegalArgumentException("not walked: " + kind);
        };
    }

    private static Set<Traces> tracesAfter(OperationKind kind) {
        return switch (kind) {
            case CREATE, STOP -> Set.of(Traces.FILE, Traces.PORTS_ROW, Traces.ADDRESS_ROW, Traces.LEASE);
            case LAUNCH, SWITCH_TO_MAINTENANCE -> Set.of(Traces.values());
            case SWITCH_TO_SECURE -> EnumSet.complementOf(EnumSet.of(Traces.OPEN_SSH_PORT));
            case DELETE -> Set.of();
            default -> throw new IllegalArgumentException("not walked: " + kind);
        };
    }
}

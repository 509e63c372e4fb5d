package org.datacapsule.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
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

    private static final Duration END_WITHIN = Duration.ofSeconds(40);
    private static final String USER = "walker";
    private static final String PASSWORD = "a-password-to-walk-with";

    private final Fleet fleet;
    private final CapsuleApi api;
    private String capsule = "";

    CrashWalk(Fleet fleet) throws IOException, InterruptedException {
        this.fleet = fleet;
        this.api = fleet.api("walker");
    }

    /** Brings the capsule to where {@code next} can be asked for, with what commands that takes. */
    void readyFor(OperationKind next) throws Exception {
        String wanted = switch (next) {
            case CREATE -> "DELETED";
            case STOP -> "RUNNING";
            default -> "SHUTDOWN";
        };
        for (String state = state(); !state.equals(wanted); state = state()) {
            finish(
                    switch (state) {
                        case "DELETED" -> OperationKind.CREATE;
                        case "RUNNING" -> wanted.equals("SHUTDOWN") ? OperationKind.STOP : OperationKind.DELETE;
                        case "SHUTDOWN" -> wanted.equals("RUNNING") ? OperationKind.LAUNCH : OperationKind.DELETE;
                        default -> throw new IllegalStateException("the capsule is " + state);
                    });
        }
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
        Map<String, String> form = kind == OperationKind.CREATE
                ? CapsuleApi.smallest(fleet.image(), USER, PASSWORD)
                : Map.of("vmid", capsule);
        return api.post("/" + kind.name().toLowerCase(Locale.ROOT) + "vm", form, idempotencyKey);
    }

    /** The operation has succeeded, the capsule is what it should be, and nothing is pending or left. */
    void assertEndedAsIfNothingHadHappened(OperationKind kind, Started started) throws Exception {
        JsonNode end = api.awaitEnd(started.operation(), END_WITHIN);
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("SUCCEEDED");
        capsule = started.capsule();
        assertThat(state()).isEqualTo(stateAfter(kind));
        Place place = Place.of(fleet, capsule);
        Traces.awaitEndOfLeftPrograms(place);
        assertThat(Traces.of(fleet, place)).isEqualTo(tracesAfter(kind));
        assertThat(rows("select from capsule where state like '%\\_PENDING'")).isZero();
        assertThat(rows("select from operation where state in ('QUEUED', 'RUNNING')"))
                .isZero();
        assertThat(rows("select from operation where state in ('FAILED', 'CANCELLED')"))
                .isZero();
        assertThat(rows("select from host_port where capsule_id is not null"))
                .isEqualTo(kind == OperationKind.DELETE ? 0 : 1);
    }

    private String state() throws IOException, InterruptedException {
        return capsule.isEmpty() ? "DELETED" : api.state(capsule);
    }

    private static String stateAfter(OperationKind kind) {
        return switch (kind) {
            case CREATE, STOP -> "SHUTDOWN";
            case LAUNCH -> "RUNNING";
            case DELETE -> "DELETED";
            default -> throw new IllegalArgumentException("not walked: " + kind);
        };
    }

    private static Set<Traces> tracesAfter(OperationKind kind) {
        return switch (kind) {
            case CREATE, STOP -> Set.of(Traces.FILE, Traces.PORTS_ROW, Traces.ADDRESS_ROW, Traces.LEASE);
            case LAUNCH -> Set.of(Traces.values());
            case DELETE -> Set.of();
            default -> throw new IllegalArgumentException("not walked: " + kind);
        };
    }

    private int rows(String select) throws SQLException {
        try (Connection database = fleet.database();
                var statement = database.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from (" + select + ") counted")) {
            rows.next();
            return rows.getInt(1);
        }
    }
}

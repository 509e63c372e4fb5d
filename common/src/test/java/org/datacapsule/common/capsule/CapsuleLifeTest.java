package org.datacapsule.common.capsule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.datacapsule.common.capsule.CapsuleEvent.Failed;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.capsule.CapsuleEvent.GuestGone;
import org.datacapsule.common.capsule.CapsuleEvent.Requested;
import org.datacapsule.common.capsule.CapsuleEvent.SeenIn;
import org.datacapsule.common.capsule.CapsuleEvent.Succeeded;
import org.datacapsule.common.capsule.Transition.Ignored;
import org.datacapsule.common.capsule.Transition.Moved;
import org.datacapsule.common.capsule.Transition.Refused;
import org.junit.jupiter.api.Test;

/**
 * The whole matrix against a second table, written by hand from the capsule API's page ("States and modes"). What is not in
 * that table must be refused (a request) or ignored (a report).
 */
class CapsuleLifeTest {
    private static final CapsuleStatus SHUTDOWN = status("SHUTDOWN", "NOT_DEFINED");
    private static final CapsuleStatus IN_MAINTENANCE = status("RUNNING", "MAINTENANCE");
    private static final CapsuleStatus IN_SECURE = status("RUNNING", "SECURE");
    private static final CapsuleStatus ERROR = status("ERROR", "NOT_DEFINED");
    private static final CapsuleStatus DELETED = status("DELETED", "NOT_DEFINED");

    /** Command, from, through, to. */
    private record Row(OperationKind kind, CapsuleStatus from, CapsuleStatus through, CapsuleStatus to) {}

    private static final List<Row> COMMANDS = List.of(
            row("LAUNCH", SHUTDOWN, "LAUNCH_PENDING", IN_MAINTENANCE),
            row("SWITCH_TO_SECURE", IN_MAINTENANCE, "SWITCH_TO_SECURE_PENDING", IN_SECURE),
            row("SWITCH_TO_MAINTENANCE", IN_SECURE, "SWITCH_TO_MAINTENANCE_PENDING", IN_MAINTENANCE),
            row("STOP", IN_MAINTENANCE, "SHUTDOWN_PENDING", SHUTDOWN),
            row("STOP", IN_SECURE, "SHUTDOWN_PENDING", SHUTDOWN),
            row("MIGRATE", SHUTDOWN, "MIGRATE_PENDING", SHUTDOWN),
            row("MIGRATE", IN_MAINTENANCE, "MIGRATE_PENDING", IN_MAINTENANCE),
            row("MIGRATE", IN_SECURE, "MIGRATE_PENDING", IN_SECURE),
            row("SHARE_IMAGE", SHUTDOWN, "IMAGE_SHARE_PENDING", SHUTDOWN),
            row("TAKE_SNAPSHOT", SHUTDOWN, "SNAPSHOT_PENDING", SHUTDOWN),
            row("REVERT_TO_SNAPSHOT", SHUTDOWN, "SNAPSHOT_PENDING", SHUTDOWN),
            row("DELETE_SNAPSHOT", SHUTDOWN, "SNAPSHOT_PENDING", SHUTDOWN),
            row("DELETE", SHUTDOWN, "DELETE_PENDING", DELETED),
            row("DELETE", IN_MAINTENANCE, "DELETE_PENDING", DELETED),
            row("DELETE", IN_SECURE, "DELETE_PENDING", DELETED),
            row("DELETE", ERROR, "DELETE_PENDING", DELETED));

    /** The state each kind of operation is pending in, by the table; deletevm cancels all of the others. */
    private static final Map<String, String> PENDING = Map.ofEntries(
            Map.entry("CREATE", "CREATE_PENDING"),
            Map.entry("LAUNCH", "LAUNCH_PENDING"),
            Map.entry("SWITCH_TO_MAINTENANCE", "SWITCH_TO_MAINTENANCE_PENDING"),
            Map.entry("SWITCH_TO_SECURE", "SWITCH_TO_SECURE_PENDING"),
            Map.entry("STOP", "SHUTDOWN_PENDING"),
            Map.entry("MIGRATE", "MIGRATE_PENDING"),
            Map.entry("SHARE_IMAGE", "IMAGE_SHARE_PENDING"),
            Map.entry("TAKE_SNAPSHOT", "SNAPSHOT_PENDING"),
            Map.entry("REVERT_TO_SNAPSHOT", "SNAPSHOT_PENDING"),
            Map.entry("DELETE_SNAPSHOT", "SNAPSHOT_PENDING"),
            Map.entry("EVACUATE", "MIGRATE_PENDING"),
            Map.entry("DELETE", "DELETE_PENDING"));

    /** Whose failure leaves the capsule's disk as it was. */
    private static final Set<OperationKind> HARMLESS =
            Set.of(OperationKind.SHARE_IMAGE, OperationKind.TAKE_SNAPSHOT, OperationKind.DELETE_SNAPSHOT);

    @Test
    void everyRequestDoesWhatTheTableSays() {
        for (CapsuleStatus now : everyStatus()) {
            for (OperationKind kind : OperationKind.values()) {
                Transition answer = CapsuleLife.next(now, new Requested(kind));
                Set<CapsuleStatus> expected = Set.copyOf(requested(now, kind));
                if (expected.isEmpty()) {
                    assertThat(answer).as("%s while %s", kind, now).isInstanceOf(Refused.class);
                } else {
                    assertThat(answer)
                            .as("%s while %s", kind, now)
                            .isEqualTo(new Moved(expected.iterator().next()));
                }
            }
        }
    }

    @Test
    void everySuccessDoesWhatTheTableSays() {
        for (CapsuleStatus now : everyStatus()) {
            for (OperationKind kind : OperationKind.values()) {
                for (Found found : Found.values()) {
                    assertThat(CapsuleLife.next(now, new Succeeded(kind, found)))
                            .as("%s succeeded (%s) while %s", kind, found, now)
                            .isEqualTo(succeeded(now, kind, found));
                }
            }
        }
    }

    @Test
    void aFailureLeadsToErrorFromItsOwnPendingStateOnlyAndBackWhereNothingWasChanged() {
        for (CapsuleStatus now : everyStatus()) {
            for (OperationKind kind : OperationKind.values()) {
                boolean isItsOwn = kind == OperationKind.RECOVER
                        ? now.state() == CapsuleState.ERROR
                        : now.state().name().equals(PENDING.get(kind.name()));
                assertThat(CapsuleLife.next(now, new Failed(kind)))
                        .as("%s failed while %s", kind, now)
                        .isEqualTo(isItsOwn ? new Moved(HARMLESS.contains(kind) ? SHUTDOWN : ERROR) : new Ignored());
            }
        }
    }

    @Test
    void aGuestThatIsGoneIsShutDownOnlyWhereItRan() {
        for (CapsuleStatus now : everyStatus()) {
            assertThat(CapsuleLife.next(now, new GuestGone()))
                    .as("guest gone while %s", now)
                    .isEqualTo(now.state() == CapsuleState.RUNNING ? new Moved(SHUTDOWN) : new Ignored());
        }
    }

    @Test
    void aSwitchOrMigrationThatWasTakenBackLeadsToWhatThereIs() {
        for (OperationKind kind :
                List.of(OperationKind.SWITCH_TO_SECURE, OperationKind.SWITCH_TO_MAINTENANCE, OperationKind.MIGRATE)) {
            CapsuleStatus now =
                    new CapsuleStatus(CapsuleLife.pendingState(kind).orElseThrow(), CapsuleMode.MAINTENANCE);
            for (Map.Entry<Found, CapsuleStatus> left : Map.of(
                            Found.RUNNING_IN_MAINTENANCE, IN_MAINTENANCE,
                            Found.RUNNING_IN_SECURE, IN_SECURE,
                            Found.STOPPED, SHUTDOWN,
                            Found.NOTHING, ERROR,
                            Found.UNSAID, ERROR)
                    .entrySet()) {
                Transition answer = CapsuleLife.next(now, new Failed(kind, left.getKey()));
                assertThat(answer).isInstanceOf(Moved.class);
                assertThat(((Moved) answer).to().state())
                        .isEqualTo(left.getValue().state());
            }
        }
        CapsuleStatus launching = new CapsuleStatus(CapsuleState.LAUNCH_PENDING, CapsuleMode.NOT_DEFINED);
        assertThat(CapsuleLife.next(launching, new Failed(OperationKind.LAUNCH, Found.STOPPED)))
                .isEqualTo(new Moved(ERROR));
    }

    @Test
    void aRevertThatFailedLeavesAStoppedCapsuleWhereItsHostSaysSo() {
        CapsuleStatus now = new CapsuleStatus(CapsuleState.SNAPSHOT_PENDING, CapsuleMode.NOT_DEFINED);

        assertThat(CapsuleLife.next(now, new Failed(OperationKind.REVERT_TO_SNAPSHOT, Found.STOPPED)))
                .isEqualTo(new Moved(SHUTDOWN));
        assertThat(CapsuleLife.next(now, new Failed(OperationKind.REVERT_TO_SNAPSHOT, Found.UNSAID)))
                .isEqualTo(new Moved(ERROR));
    }

    @Test
    void aGuestSeenInAnotherModeIsInThatModeWhereItRanOrWasShutDown() {
        for (CapsuleStatus now : everyStatus()) {
            for (CapsuleMode seen : CapsuleMode.values()) {
                boolean other = (now.equals(IN_SECURE) && seen == CapsuleMode.MAINTENANCE)
                        || (now.equals(IN_MAINTENANCE) && seen == CapsuleMode.SECURE)
                        || (now.equals(SHUTDOWN) && seen != CapsuleMode.NOT_DEFINED);
                assertThat(CapsuleLife.next(now, new SeenIn(seen)))
                        .as("seen in %s while %s", seen, now)
                        .isEqualTo(other ? new Moved(CapsuleStatus.running(seen)) : new Ignored());
            }
        }
    }

    @Test
    void aRefusedSwitchSaysWhy() {
        assertThat(CapsuleLife.next(IN_SECURE, new Requested(OperationKind.SWITCH_TO_SECURE)))
                .isEqualTo(new Refused("The capsule is RUNNING in SECURE already."));
        assertThat(CapsuleLife.next(SHUTDOWN, new Requested(OperationKind.SWITCH_TO_MAINTENANCE)))
                .isEqualTo(
                        new Refused("To switch a capsule to MAINTENANCE it must be RUNNING in SECURE, and this one is"
                                + " SHUTDOWN."));
    }

    @Test
    void whereSecureModeIsOrMayBeNoImageIsMadeAndTheRefusalSaysWhy() {
        for (CapsuleStatus now : everyStatus()) {
            boolean isGoing = now.state() == CapsuleState.DELETE_PENDING || now.state() == CapsuleState.DELETED;
            boolean mayBeSecure =
                    now.mode() == CapsuleMode.SECURE || now.state() == CapsuleState.SWITCH_TO_SECURE_PENDING;
            if (isGoing || !mayBeSecure) {
                continue;
            }
            Transition answer = CapsuleLife.next(now, new Requested(OperationKind.SHARE_IMAGE));

            assertThat(answer).as("while %s", now).isInstanceOf(Refused.class);
            assertThat(((Refused) answer).because()).contains("nothing of secure mode may get into an image");
            for (OperationKind kind : OperationKind.values()) {
                if (kind.isOfSnapshot()) {
                    Transition refusal = CapsuleLife.next(now, new Requested(kind));

                    assertThat(refusal).as("%s while %s", kind, now).isInstanceOf(Refused.class);
                    assertThat(((Refused) refusal).because())
                            .contains("nothing of secure mode may get into a snapshot");
                }
            }
        }
    }

    @Test
    void whileItsGuestRunsNoSnapshotIsTakenAndTheRefusalSaysToStopItFirst() {
        assertThat(CapsuleLife.next(IN_MAINTENANCE, new Requested(OperationKind.TAKE_SNAPSHOT)))
                .isEqualTo(
                        new Refused("The capsule is RUNNING in MAINTENANCE, and its guest writes to its disk. Stop it"
                                + " first, then take a snapshot of it."));
    }

    @Test
    void aRefusalSaysWhatToDo() {
        Transition refusal = CapsuleLife.next(SHUTDOWN, new Requested(OperationKind.STOP));

        assertThat(refusal).isEqualTo(new Refused("To stop a capsule it must be RUNNING, and this one is SHUTDOWN."));
    }

    private static List<CapsuleStatus> requested(CapsuleStatus now, OperationKind kind) {
        if (kind == OperationKind.DELETE && now.state().isPending() && now.state() != CapsuleState.DELETE_PENDING) {
            return List.of(new CapsuleStatus(CapsuleState.DELETE_PENDING, now.mode()));
        }
        if (kind == OperationKind.EVACUATE && !now.state().name().startsWith("DELETE")) {
            return List.of(status("MIGRATE_PENDING", "NOT_DEFINED"));
        }
        if (kind == OperationKind.RECOVER && now.state() == CapsuleState.ERROR) {
            return List.of(now);
        }
        List<CapsuleStatus> through = new ArrayList<>();
        for (Row row : COMMANDS) {
            if (row.kind() == kind && matches(row.from(), now)) {
                through.add(new CapsuleStatus(row.through().state(), now.mode()));
            }
        }
        return through;
    }

    /** Modes are told apart only where the table does; ERROR is ERROR in whatever mode it came about. */
    private static boolean matches(CapsuleStatus from, CapsuleStatus now) {
        return from.state() == now.state() && (from.state() != CapsuleState.RUNNING || from.mode() == now.mode());
    }

    private static Transition succeeded(CapsuleStatus now, OperationKind kind, Found found) {
        if (kind == OperationKind.RECOVER) {
            if (now.state() != CapsuleState.ERROR) {
                return new Ignored();
            }
            return switch (found) {
                case STOPPED -> new Moved(SHUTDOWN);
                case RUNNING_IN_MAINTENANCE -> new Moved(IN_MAINTENANCE);
                case RUNNING_IN_SECURE -> new Moved(IN_SECURE);
                case UNSAID, NOTHING -> new Ignored();
            };
        }
        if (!now.state().name().equals(PENDING.get(kind.name()))) {
            return new Ignored();
        }
        return switch (kind) {
            case CREATE, STOP, SHARE_IMAGE, TAKE_SNAPSHOT, REVERT_TO_SNAPSHOT, DELETE_SNAPSHOT, EVACUATE ->
                new Moved(SHUTDOWN);
            case LAUNCH, SWITCH_TO_MAINTENANCE -> new Moved(IN_MAINTENANCE);
            case SWITCH_TO_SECURE -> new Moved(IN_SECURE);
            case DELETE -> new Moved(DELETED);
            case MIGRATE ->
                new Moved(
                        switch (now.mode()) {
                            case MAINTENANCE -> IN_MAINTENANCE;
                            case SECURE -> IN_SECURE;
                            case NOT_DEFINED -> SHUTDOWN;
                        });
            case RECOVER, SYNC_KEYS -> throw new AssertionError("no state waits for it");
        };
    }

    /** Those a capsule can be in: pending states keep the mode it had. */
    private static List<CapsuleStatus> everyStatus() {
        Set<CapsuleState> withoutMode = EnumSet.of(
                CapsuleState.CREATE_PENDING, CapsuleState.SHUTDOWN, CapsuleState.DELETED, CapsuleState.ERROR);
        return Stream.of(CapsuleState.values())
                .flatMap(state -> Stream.of(CapsuleMode.values()).map(mode -> new CapsuleStatus(state, mode)))
                .filter(status -> withoutMode.contains(status.state())
                        ? status.mode() == CapsuleMode.NOT_DEFINED
                        : status.state() != CapsuleState.RUNNING || status.mode() != CapsuleMode.NOT_DEFINED)
                .toList();
    }

    private static Row row(String kind, CapsuleStatus from, String through, CapsuleStatus to) {
        return new Row(
                OperationKind.valueOf(kind), from, status(through, from.mode().name()), to);
    }

    private static CapsuleStatus status(String state, String mode) {
        return new CapsuleStatus(CapsuleState.valueOf(state), CapsuleMode.valueOf(mode));
    }
}

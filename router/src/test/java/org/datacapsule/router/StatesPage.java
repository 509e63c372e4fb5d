package org.datacapsule.router;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.datacapsule.common.capsule.CapsuleEvent;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.capsule.CapsuleLife;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleState;
import org.datacapsule.common.capsule.CapsuleStatus;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.capsule.Transition;

/** docs/states.md, by asking the transition table for every state and every event. */
final class StatesPage {

    private StatesPage() {}

    static String text() {
        List<CapsuleStatus> reachable = reachable();
        StringBuilder page = new StringBuilder("""
                # A capsule's states

                Walked through out of the one transition table, `CapsuleLife`: what is here is what happens. What is not here is
                refused (a command, with `capsule.invalid-state`) or ignored (a report that comes late). A mode that an operation
                passes through stays what it was until the operation ends.

                ## Diagram

                ```mermaid
                stateDiagram-v2
                    [*] --> CREATE_PENDING: create
                """);
        diagram(reachable)
                .forEach((edge, labels) -> page.append("    ")
                        .append(edge)
                        .append(": ")
                        .append(String.join(", ", labels))
                        .append('\n'));
        page.append("    DELETED --> [*]\n```\n\n## Commands\n\n").append("""
                What a command leads to at once. An empty cell: it is refused.

                """);
        commands(page, reachable);
        page.append("""

                ## Reports

                What the end of an operation, or a host's inventory, leads to. A report that is not here changes nothing.

                | state | event | becomes |
                | --- | --- | --- |
                """);
        reachable.forEach(now -> reports().forEach((label, event) -> {
            if (CapsuleLife.next(now, event) instanceof Transition.Moved moved) {
                page.append("| " + now + " | " + label + " | " + moved.to() + " |\n");
            }
        }));
        return page.toString();
    }

    /** Everything a capsule can come to be in, from its creation, in the order of the states. */
    private static List<CapsuleStatus> reachable() {
        List<CapsuleStatus> found = new ArrayList<>(List.of(CapsuleStatus.CREATE_PENDING));
        for (int n = 0; n < found.size(); n++) {
            CapsuleStatus now = found.get(n);
            Stream.concat(requests().values().stream(), reports().values().stream())
                    .map(event -> CapsuleLife.next(now, event))
                    .forEach(transition -> {
                        if (transition instanceof Transition.Moved moved && !found.contains(moved.to())) {
                            found.add(moved.to());
                        }
                    });
        }
        List<CapsuleStatus> inOrder = new ArrayList<>();
        for (CapsuleState state : CapsuleState.values()) {
            for (CapsuleMode mode : CapsuleMode.values()) {
                CapsuleStatus status = new CapsuleStatus(state, mode);
                if (found.contains(status)) {
                    inOrder.add(status);
                }
            }
        }
        return inOrder;
    }

    private static Map<String, Set<String>> diagram(List<CapsuleStatus> reachable) {
        Map<String, Set<String>> edges = new LinkedHashMap<>();
        for (CapsuleStatus now : reachable) {
            Stream.concat(requests().entrySet().stream(), reports().entrySet().stream())
                    .forEach(event -> {
                        if (CapsuleLife.next(now, event.getValue()) instanceof Transition.Moved moved
                                && !moved.to().equals(now)) {
                            edges.computeIfAbsent(node(now) + " --> " + node(moved.to()), edge -> new TreeSet<>())
                                    .add(event.getKey());
                        }
                    });
        }
        return edges;
    }

    private static void commands(StringBuilder page, List<CapsuleStatus> reachable) {
        Map<String, CapsuleEvent> requests = requests();
        page.append("| state | ").append(String.join(" | ", requests.keySet())).append(" |\n|");
        page.append(" --- |".repeat(requests.size() + 1)).append('\n');
        for (CapsuleStatus now : reachable) {
            page.append("| ").append(now).append(" |");
            for (CapsuleEvent request : requests.values()) {
                page.append(' ')
                        .append(
                                CapsuleLife.next(now, request) instanceof Transition.Moved moved
                                        ? moved.to().state() + " "
                                        : "")
                        .append("|");
            }
            page.append('\n');
        }
    }

    private static Map<String, CapsuleEvent> requests() {
        Map<String, CapsuleEvent> events = new LinkedHashMap<>();
        for (OperationKind kind : OperationKind.values()) {
            if (kind != OperationKind.CREATE && !kind.isSide()) {
                events.put(words(kind.name()), new CapsuleEvent.Requested(kind));
            }
        }
        return events;
    }

    private static final Set<OperationKind> CAN_BE_TAKEN_BACK =
            EnumSet.of(OperationKind.SWITCH_TO_MAINTENANCE, OperationKind.SWITCH_TO_SECURE, OperationKind.MIGRATE);

    private static Map<String, CapsuleEvent> reports() {
        Map<String, CapsuleEvent> events = new LinkedHashMap<>();
        for (OperationKind kind : OperationKind.values()) {
            if (kind.isSide()) {
                continue;
            }
            String name = words(kind.name());
            if (kind == OperationKind.RECOVER) {
                for (Found found : Found.values()) {
                    events.put(name + " found it " + words(found.name()), new CapsuleEvent.Succeeded(kind, found));
                }
            } else {
                events.put(name + " done", new CapsuleEvent.Succeeded(kind));
            }
            events.put(name + " failed", new CapsuleEvent.Failed(kind));
            if (CAN_BE_TAKEN_BACK.contains(kind)) {
                for (Found found : List.of(Found.RUNNING_IN_MAINTENANCE, Found.RUNNING_IN_SECURE, Found.STOPPED)) {
                    events.put(
                            name + " failed, leaving it " + words(found.name()), new CapsuleEvent.Failed(kind, found));
                }
            }
        }
        events.put("guest is gone", new CapsuleEvent.GuestGone());
        events.put("guest is seen in maintenance", new CapsuleEvent.SeenIn(CapsuleMode.MAINTENANCE));
        events.put("guest is seen in secure", new CapsuleEvent.SeenIn(CapsuleMode.SECURE));
        return events;
    }

    /** Mermaid takes letters and underscores for a state's name. */
    private static String node(CapsuleStatus status) {
        return status.toString().replace(" in ", "_in_");
    }

    private static String words(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}

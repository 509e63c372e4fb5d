package org.datacapsule.router.sharing;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullUnmarked;

/**
 * What sharing should do, told a second time and in other words than the product's, so that the two can be compared. Words
 * are those of the wire.
 */
@NullUnmarked
public final class SharingModel {
    /** Guids of everyone there is; the first makes the capsule. */
    public static final List<String> USERS =
            List.of("ann", "ben", "cai", "dot", "eve", "fay", "gus", "hal", "ivy", SharingModel.SUPPORT);

    public static final String SUPPORT = "support";
    private static final List<Kind> KINDS = List.of(Kind.values());
    private static final int MOST = 6;

    /** What a user can try. */
    public enum Kind {
        ADD,
        ADD_WITHOUT_REASON,
        REMOVE,
        DELEGATE,
        REVOKE,
        EXIT,
        SUPPORT,
        ACCEPT,
        WITHDRAW,
        DESCRIBE,
        ASK,
        GRANT,
        REJECT,
        GRANT_SOME,
        REJECT_SOME
    }

    /** @param named guids the command names; none for some */
    public record Step(String actor, Kind kind, List<String> named) {
        /** Anything at all, so that most of it is refused; sensible ones often enough. */
        public static Step random(Random random) {
            Kind kind = KINDS.get(random.nextInt(KINDS.size()));
            int count = kind == Kind.DELEGATE || kind == Kind.REVOKE ? 1 : 1 + random.nextInt(3);
            List<String> named = random.ints(count, 0, USERS.size())
                    .mapToObj(USERS::get)
                    .distinct()
                    .toList();
            return new Step(USERS.get(random.nextInt(USERS.size())), kind, named);
        }
    }

    private static final class Person {
        String role = "SHAREE";
        String access = "null";
        boolean terms;
    }

    private final Map<String, Person> people = new TreeMap<>();
    private String type = "RESEARCH";
    private String access = "null";
    private String status = "SHUTDOWN";

    public SharingModel(String creator) {
        Person person = new Person();
        person.role = "OWNER-CONTROLLER";
        person.terms = true;
        people.put(creator, person);
    }

    public void status(String now) {
        status = now;
    }

    public String status() {
        return status;
    }

    /** The error code of the step, or "ok" when it was done. */
    public String answer(Step step) {
        return switch (step.kind()) {
            case GRANT -> decide("true", null);
            case REJECT -> decide("null", null);
            case GRANT_SOME -> decide("true", step.named());
            case REJECT_SOME -> decide("null", step.named());
            case ACCEPT, WITHDRAW -> terms(step);
            default -> member(step);
        };
    }

    private String terms(Step step) {
        Person me = people.get(step.actor());
        if (me == null) {
            return "capsule.not-found";
        }
        me.terms = step.kind() == Kind.ACCEPT;
        return "ok";
    }

    private String member(Step step) {
        Person me = people.get(step.actor());
        if (me == null) {
            return "capsule.not-found";
        }
        boolean leaves = step.kind() == Kind.EXIT;
        if (!leaves && !me.terms) {
            return "capsule.tou-not-accepted";
        }
        if (!leaves && type.equals("RESEARCH-FULL") && !me.access.equals("true")) {
            return "capsule.full-access-required";
        }
        boolean owner = me.role.startsWith("OWNER");
        boolean may = switch (step.kind()) {
            case SUPPORT -> true;
            case EXIT -> me.role.equals("SHAREE");
            case DELEGATE, REVOKE -> !me.role.equals("SHAREE");
            default -> owner;
        };
        if (!may) {
            return "capsule.permission-denied";
        }
        boolean adds = step.kind() == Kind.ADD || step.kind() == Kind.ADD_WITHOUT_REASON || step.kind() == Kind.SUPPORT;
        if (status.contains("PENDING") || status.equals("ERROR") || (adds && status.endsWith("SECURE"))) {
            return "capsule.invalid-state";
        }
        return switch (step.kind()) {
            case ADD -> add(step.named(), true);
            case ADD_WITHOUT_REASON -> add(step.named(), false);
            case SUPPORT -> people.containsKey(SUPPORT) ? "ok" : add(List.of(SUPPORT), true);
            case REMOVE -> remove(step.named());
            case EXIT -> remove(List.of(step.actor()));
            case DELEGATE -> delegate(me, people.get(step.named().getFirst()));
            case REVOKE -> revoke(me, people.get(step.named().getFirst()));
            case ASK -> ask();
            default -> "ok";
        };
    }

    private String add(List<String> named, boolean reason) {
        if (type.equals("RESEARCH-FULL") && !reason) {
            return "request.invalid";
        }
        if (waiting()) {
            return "capsule.full-access-pending";
        }
        List<String> more =
                named.stream().filter(guid -> !people.containsKey(guid)).toList();
        if (!more.isEmpty() && people.size() + more.size() > MOST) {
            return "sharing.limit-exceeded";
        }
        for (String guid : more) {
            Person person = new Person();
            person.access = type.equals("RESEARCH-FULL") ? "false" : "null";
            people.put(guid, person);
        }
        return "ok";
    }

    private String remove(List<String> named) {
        for (String guid : named) {
            if (!people.containsKey(guid)) {
                return "sharing.not-a-member";
            }
            if (!people.get(guid).role.equals("SHAREE")) {
                return "sharing.invalid-role";
            }
        }
        people.keySet().removeAll(named);
        return "ok";
    }

    private String delegate(Person me, Person other) {
        if (other == null) {
            return "sharing.not-a-member";
        }
        String becomes = switch (me.role + " " + other.role) {
            case "OWNER-CONTROLLER SHAREE" -> "OWNER CONTROLLER";
            case "CONTROLLER SHAREE" -> "SHAREE CONTROLLER";
            case "CONTROLLER OWNER" -> "SHAREE OWNER-CONTROLLER";
            default -> "";
        };
        if (becomes.isEmpty()) {
            return "sharing.invalid-transition";
        }
        if (!other.terms || (type.equals("RESEARCH-FULL") && !other.access.equals("true"))) {
            return "sharing.target-not-ready";
        }
        me.role = becomes.substring(0, becomes.indexOf(' '));
        other.role = becomes.substring(becomes.indexOf(' ') + 1);
        return "ok";
    }

    private String revoke(Person me, Person other) {
        if (other == null) {
            return "sharing.not-a-member";
        }
        if (!me.role.equals("OWNER") || !other.role.equals("CONTROLLER")) {
            return "sharing.invalid-transition";
        }
        me.role = "OWNER-CONTROLLER";
        other.role = "SHAREE";
        return "ok";
    }

    private String ask() {
        if (type.equals("RESEARCH-FULL")) {
            return "capsule.invalid-conversion";
        }
        if (waiting()) {
            return "capsule.full-access-pending";
        }
        everyone("false");
        return "ok";
    }

    private String decide(String to, List<String> named) {
        if (status.contains("PENDING") || status.equals("ERROR")) {
            return "capsule.invalid-state";
        }
        if (!waiting()) {
            return "capsule.full-access-not-pending";
        }
        boolean first = type.equals("RESEARCH");
        if (first != (named == null)) {
            return "request.invalid";
        }
        if (first) {
            everyone(to);
            type = to.equals("true") ? "RESEARCH-FULL" : "RESEARCH";
            return "ok";
        }
        for (String guid : Objects.requireNonNull(named)) {
            if (!people.containsKey(guid) || !people.get(guid).access.equals("false")) {
                return "capsule.full-access-not-pending";
            }
        }
        if (to.equals("true")) {
            named.forEach(guid -> people.get(guid).access = "true");
        } else {
            people.keySet().removeAll(named);
        }
        return "ok";
    }

    private boolean waiting() {
        return people.values().stream().anyMatch(person -> person.access.equals("false"));
    }

    private void everyone(String to) {
        access = to;
        people.values().forEach(person -> person.access = to);
    }

    public String role(String guid) {
        return people.containsKey(guid) ? people.get(guid).role : "none";
    }

    /** Whether the user may use the capsule. */
    public boolean hasAccess(String guid) {
        Person person = people.get(guid);
        return person != null && person.terms && (type.equals("RESEARCH") || person.access.equals("true"));
    }

    /** Type and full access, then who is on it: {@code guid role full_access tou}, sorted, one a line. */
    @Override
    public String toString() {
        return type + " " + access + "\n"
                + people.entrySet().stream()
                        .map(entry -> entry.getKey() + " " + entry.getValue().role + " " + entry.getValue().access + " "
                                + entry.getValue().terms)
                        .collect(Collectors.joining("\n"));
    }
}

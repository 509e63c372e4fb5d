package org.datacapsule.devkit.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.datacapsule.devkit.check.Asked.Answer;
import org.datacapsule.devkit.check.HostView.Guest;
import org.datacapsule.devkit.check.Rows.Capsule;
import org.datacapsule.devkit.check.Rows.HeldPorts;
import org.datacapsule.devkit.check.Rows.Image;
import org.datacapsule.devkit.check.Rows.Operation;

/** Judges a fleet that has come to rest: all its hosts answer, and nothing was asked of it for a while. Pure. */
public final class Checker {
    private static final String SURPRISE = "internal";
    /** Of whom the routers do by themselves. */
    private static final Set<String> OURSELVES = Set.of("router");

    private static final Set<String> BEGIN_MANY = Set.of("drainHost", "evacuateHost");

    private final Rows rows;
    private final List<HostView> hosts;
    private final List<Asked> asked;
    private final Map<UUID, Capsule> capsules;
    private final List<Breach> breaches = new ArrayList<>();

    private Checker(Rows rows, List<HostView> hosts, List<Asked> asked) {
        this.rows = rows;
        this.hosts = hosts;
        this.asked = asked;
        this.capsules = rows.capsules().stream().collect(Collectors.toMap(Capsule::id, Function.identity()));
    }

    /** What is wrong; empty when nothing is. */
    public static List<Breach> check(Rows rows, List<HostView> hosts, List<Asked> asked) {
        Checker checker = new Checker(rows, hosts, asked);
        checker.commands();
        checker.pending();
        checker.images();
        checker.homes();
        checker.leaksOnHosts();
        checker.leaksInRows();
        checker.data();
        checker.audit();
        return List.copyOf(checker.breaches);
    }

    /** Of guests as they are at any moment, at rest or not: those that run on more than one host. */
    public static List<Breach> twice(List<HostView> hosts) {
        Map<UUID, List<String>> where = new TreeMap<>();
        for (HostView host : hosts) {
            host.guests()
                    .keySet()
                    .forEach(id ->
                            where.computeIfAbsent(id, it -> new ArrayList<>()).add(host.id()));
        }
        return where.entrySet().stream()
                .filter(guest -> guest.getValue().size() > 1)
                .map(guest -> new Breach(Rule.ONE_HOME, "capsule " + guest.getKey() + " runs on " + guest.getValue()))
                .toList();
    }

    private void breach(Rule rule, String what) {
        breaches.add(new Breach(rule, what));
    }

    private void commands() {
        Map<UUID, Operation> operations =
                rows.operations().stream().collect(Collectors.toMap(Operation::id, Function.identity()));
        Map<String, Integer> unknown = new HashMap<>();
        Set<UUID> known = new HashSet<>();
        Set<String> mayHaveBegunMany = new HashSet<>();
        for (Asked command : asked) {
            // Each time is a command of its own, and what the first has begun may have ended before the last.
            if (BEGIN_MANY.contains(command.verb())
                    && (command.times() > 1 || command.answer() instanceof Answer.Unknown)) {
                mayHaveBegunMany.add(command.user());
            }
            switch (command.answer()) {
                case Answer.Began began -> {
                    for (UUID id : began.operations()) {
                        if (!known.add(id) && command.verb().equals("createvm")) {
                            breach(Rule.EXACTLY_ONCE, "operation " + id + " answered two commands");
                        }
                        if (!operations.containsKey(id)) {
                            breach(
                                    Rule.EXACTLY_ONCE,
                                    command.verb() + " was acknowledged with operation " + id + ", which is not there");
                        }
                    }
                }
                case Answer.Unknown none -> unknown.merge(command.user(), 1, Integer::sum);
                case Answer.Done done -> {}
                case Answer.Refused refused -> {
                    if (refused.code().equals(SURPRISE)) {
                        breach(Rule.NO_SURPRISE, command.verb() + " was refused as " + SURPRISE);
                    }
                }
            }
        }
        Map<String, Integer> unasked = new TreeMap<>();
        for (Operation operation : rows.operations()) {
            if (!operation.isSide() && !known.contains(operation.id()) && !OURSELVES.contains(operation.by())) {
                unasked.merge(operation.by(), 1, Integer::sum);
            }
            ended(operation);
        }
        unasked.forEach((user, count) -> {
            if (!mayHaveBegunMany.contains(user) && count > unknown.getOrDefault(user, 0)) {
                breach(
                        Rule.EXACTLY_ONCE,
                        count + " operations of " + user
                                + " answer none of the commands that were acknowledged, and only "
                                + unknown.getOrDefault(user, 0) + " got no answer");
            }
        });
    }

    private void ended(Operation operation) {
        boolean failed = operation.state().equals("FAILED") || operation.state().equals("CANCELLED");
        if (failed && operation.error().isEmpty()) {
            breach(Rule.EXACTLY_ONCE, operation.kind() + " " + operation.id() + " failed and does not say why");
        }
        if (operation.error().filter(SURPRISE::equals).isPresent()) {
            breach(Rule.NO_SURPRISE, operation.kind() + " " + operation.id() + " failed as " + SURPRISE);
        }
    }

    private void pending() {
        for (Operation operation : rows.operations()) {
            if (operation.isAtWork()) {
                breach(
                        Rule.NOTHING_PENDING,
                        operation.kind() + " " + operation.id() + " of capsule " + operation.capsule() + " is "
                                + operation.state() + (operation.overdue() ? " past its deadline" : ""));
            }
        }
        for (Capsule capsule : rows.capsules()) {
            if (capsule.isPending()) {
                breach(Rule.NOTHING_PENDING, "capsule " + capsule.id() + " is " + capsule.state());
            }
        }
        rows.moves().forEach(move -> breach(Rule.NOTHING_PENDING, "migration " + move.operation() + " has no end"));
        rows.evictions()
                .forEach(eviction -> breach(
                        Rule.NOTHING_PENDING,
                        "host " + eviction.host() + " has not removed what it had of capsule " + eviction.capsule()));
    }

    /** With content it may be on its way to other hosts; without, somebody must be at work on it. */
    private void images() {
        for (Image image : rows.images()) {
            if (image.status().equals("SHARE_PENDING") && !image.hasContent()) {
                breach(
                        Rule.NOTHING_PENDING,
                        "image " + image.id() + " is SHARE_PENDING, and what makes it is " + image.made());
            }
            if (image.status().equals("ERROR") && image.error().isEmpty()) {
                breach(Rule.EXACTLY_ONCE, "image " + image.id() + " is in ERROR and does not say why");
            }
            if (image.made().equals("SUCCEEDED") != image.status().equals("SHARE_PENDING")) {
                breach(
                        Rule.EXACTLY_ONCE,
                        "image " + image.id() + " is " + image.status() + ", and what makes it " + image.made());
            }
        }
    }

    private void homes() {
        breaches.addAll(twice(hosts));
        for (Capsule capsule : rows.capsules()) {
            switch (capsule.state()) {
                case "RUNNING" -> running(capsule);
                case "ERROR" -> {}
                default ->
                    hosts.stream()
                            .filter(host -> host.guests().containsKey(capsule.id()))
                            .forEach(host -> breach(
                                    Rule.ONE_HOME,
                                    "capsule " + capsule.id() + " is " + capsule.state() + " and runs on "
                                            + host.id()));
            }
            boolean hasFiles = home(capsule)
                    .filter(host -> host.files().contains(capsule.id()))
                    .isPresent();
            if (!hasFiles && Set.of("RUNNING", "SHUTDOWN").contains(capsule.state())) {
                breach(Rule.ONE_HOME, "capsule " + capsule.id() + " has no files on its host " + capsule.host());
            }
        }
    }

    private void running(Capsule capsule) {
        Optional<Guest> guest = home(capsule).map(host -> host.guests().get(capsule.id()));
        if (guest.isEmpty()) {
            breach(Rule.ONE_HOME, "capsule " + capsule.id() + " is RUNNING and has no guest on " + capsule.host());
            return;
        }
        if (guest.get().secure() != capsule.mode().equals("SECURE")) {
            breach(
                    Rule.DATA_STAYS_IN,
                    "capsule " + capsule.id() + " is in mode " + capsule.mode() + " and its network is "
                            + (guest.get().secure() ? "cut" : "open"));
        }
        if (guest.get().generation() != capsule.generation()) {
            breach(
                    Rule.GENERATIONS_GROW,
                    "the guest of capsule " + capsule.id() + " is of generation "
                            + guest.get().generation() + ", its row of " + capsule.generation());
        }
    }

    private Optional<HostView> home(Capsule capsule) {
        return hosts.stream().filter(host -> host.id().equals(capsule.host())).findFirst();
    }

    private void leaksOnHosts() {
        for (HostView host : hosts) {
            leak(host, "a guest", host.guests().keySet());
            leak(host, "files", host.files());
            leak(host, "an address", host.leases());
            leak(host, "a way in", host.ways());
            leak(host, "an overlay of secure mode", host.overlays());
            for (UUID id : host.overlays()) {
                Capsule capsule = capsules.get(id);
                if (capsule != null
                        && !capsule.mode().equals("SECURE")
                        && !capsule.state().equals("ERROR")) {
                    breach(
                            Rule.NO_LEAK_ON_HOSTS,
                            "host " + host.id() + " has what capsule " + id + " wrote in secure mode, and it is "
                                    + capsule.state() + " " + capsule.mode());
                }
            }
        }
    }

    private void leak(HostView host, String what, Set<UUID> of) {
        for (UUID id : of) {
            Capsule capsule = capsules.get(id);
            boolean livesHere =
                    capsule != null && !capsule.isDeleted() && capsule.host().equals(host.id());
            // Where nobody knows which of two hosts has it, nothing is removed from either.
            if (!livesHere && !rows.uncertain().contains(id)) {
                breach(
                        Rule.NO_LEAK_ON_HOSTS,
                        "host " + host.id() + " has " + what + " of capsule " + id
                                + (capsule == null
                                        ? ", which nobody knows"
                                        : ", which is " + capsule.state() + " on " + capsule.host()));
            }
        }
    }

    private void leaksInRows() {
        Set<UUID> alive = rows.capsules().stream()
                .filter(capsule -> !capsule.isDeleted())
                .map(Capsule::id)
                .collect(Collectors.toSet());
        Set<UUID> withPorts = new HashSet<>();
        for (HeldPorts held : rows.ports()) {
            Capsule capsule = capsules.get(held.capsule());
            boolean isHome = capsule != null
                    && !capsule.isDeleted()
                    && capsule.host().equals(held.host())
                    && capsule.sshPort() == held.ssh()
                    && capsule.vncPort() == held.vnc();
            if (isHome) {
                withPorts.add(held.capsule());
            } else if (!rows.uncertain().contains(held.capsule())) {
                breach(
                        Rule.NO_LEAK_IN_ROWS,
                        "capsule " + held.capsule() + " holds ports " + held.ssh() + " and " + held.vnc() + " of host "
                                + held.host());
            }
        }
        alive.stream()
                .filter(id -> !withPorts.contains(id))
                .forEach(id -> breach(Rule.NO_LEAK_IN_ROWS, "capsule " + id + " has no ports on its host"));
        rows.addresses().stream()
                .filter(id -> !alive.contains(id))
                .forEach(id -> breach(Rule.NO_LEAK_IN_ROWS, "an address is held by capsule " + id + ", which is gone"));
        alive.stream()
                .filter(id -> !rows.addresses().contains(id))
                .forEach(id -> breach(Rule.NO_LEAK_IN_ROWS, "capsule " + id + " has no address"));
    }

    private void data() {
        for (Operation operation : rows.operations()) {
            if (operation.kind().startsWith("SWITCH_TO_")
                    && operation.state().equals("SUCCEEDED")
                    && operation.receipts() != 1) {
                breach(
                        Rule.DATA_STAYS_IN,
                        operation.kind() + " " + operation.id() + " has " + operation.receipts() + " receipts");
            }
        }
    }

    private void audit() {
        for (Operation operation : rows.operations()) {
            if (operation.isSide()) {
                continue;
            }
            int ends = operation.isAtWork() ? 0 : 1;
            if (operation.accepted() != 1 || operation.ended() != ends) {
                breach(
                        Rule.AUDITED,
                        operation.kind() + " " + operation.id() + ", which is " + operation.state() + ", was accepted "
                                + operation.accepted() + " times and ended " + operation.ended()
                                + " times by the audit log");
            }
        }
    }
}

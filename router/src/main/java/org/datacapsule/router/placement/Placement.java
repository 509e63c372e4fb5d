package org.datacapsule.router.placement;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.datacapsule.common.id.HostId;

/**
 * Finds the hosts that can take a capsule, or says what ran out (capsule API, "Quotas, ports, placement"). Best are those that
 * have its image, for on others it waits until that is fetched; of these, those that have the labels its type is better off with; of
 * these, those with the fewest other capsules of its owner, so that no host's end takes all of a user's; of these it is a matter of
 * load. The first three never keep a capsule from a host that can take it.
 */
public sealed interface Placement {

    /**
     * @param hosts at least one, best first
     * @param alike how many of the first differ in their load only, where that is to be spread
     */
    record Fits(List<HostId> hosts, int alike) implements Placement {}

    /** @param why a sentence that names the resources */
    record Exhausted(String why) implements Placement {}

    static Placement choose(Demand demand, List<Candidate> candidates, PlacementPolicy policy) {
        List<Candidate> fitting = new ArrayList<>();
        Map<String, Integer> lacking = new LinkedHashMap<>();
        for (Candidate candidate : candidates) {
            Optional<String> lack = lack(demand, candidate, policy);
            lack.ifPresentOrElse(what -> lacking.merge(what, 1, Integer::sum), () -> fitting.add(candidate));
        }
        if (fitting.isEmpty()) {
            return new Exhausted(why(candidates.size(), lacking));
        }
        Comparator<Candidate> byLoad = Comparator.comparingDouble(candidate -> load(candidate, policy));
        Set<String> wanted = policy.labels().getOrDefault(demand.type(), Set.of());
        Comparator<Candidate> byKind = Comparator.comparing(Candidate::image)
                .thenComparingLong(host -> missing(wanted, host))
                .thenComparingInt(Candidate::ofOwner);
        fitting.sort(byKind.thenComparing(policy.pack() ? byLoad.reversed() : byLoad)
                .thenComparing(candidate -> candidate.id().value()));
        Candidate best = fitting.getFirst();
        long alike = policy.pack()
                ? 1
                : fitting.stream()
                        .takeWhile(host -> byKind.compare(host, best) == 0)
                        .count();
        return new Fits(fitting.stream().map(Candidate::id).toList(), Math.toIntExact(alike));
    }

    /** What this host lacks for the capsule, as a noun; empty when it fits. */
    static Optional<String> lack(Demand demand, Candidate host, PlacementPolicy policy) {
        if (!host.up()) {
            return Optional.of("a sign of life");
        }
        if (!host.enabled()) {
            return Optional.of("being enabled");
        }
        if (!host.network().equals(demand.network().cidr())) {
            return Optional.of("the cluster's guest network");
        }
        if (host.image() == ImageReach.NOWHERE) {
            return Optional.of("the image");
        }
        if (host.allocated().cpus() + demand.vcpus() > host.capacity().cpus() * policy.vcpuRatio()) {
            return Optional.of("vcpu");
        }
        if (host.allocated().memoryMb() + demand.memoryMb() > host.capacity().memoryMb() * policy.memoryRatio()) {
            return Optional.of("memory");
        }
        if (host.allocated().diskGb() + demand.diskGb() > host.capacity().diskGb() * policy.diskRatio()) {
            return Optional.of("disk");
        }
        return host.freePorts() < 1 ? Optional.of("a free port pair") : Optional.empty();
    }

    private static long missing(Set<String> wanted, Candidate host) {
        return wanted.stream().filter(label -> !host.labels().contains(label)).count();
    }

    private static double load(Candidate host, PlacementPolicy policy) {
        return Math.max(
                host.allocated().cpus() / (host.capacity().cpus() * policy.vcpuRatio()),
                host.allocated().memoryMb() / (host.capacity().memoryMb() * policy.memoryRatio()));
    }

    private static String why(int hosts, Map<String, Integer> lacking) {
        if (hosts == 0) {
            return "No host has registered yet.";
        }
        return "No host has room: "
                + lacking.entrySet().stream()
                        .map(entry -> entry.getValue()
                                + (entry.getValue() == 1 ? " host lacks " : " hosts lack ")
                                + entry.getKey())
                        .collect(Collectors.joining(", "))
                + ".";
    }
}

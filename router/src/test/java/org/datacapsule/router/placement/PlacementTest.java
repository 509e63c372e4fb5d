package org.datacapsule.router.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.GuestNetwork;
import org.junit.jupiter.api.Test;

class PlacementTest {
    private static final GuestNetwork NETWORK = GuestNetwork.parse("10.90.0.0/16");
    private static final Sha256 IMAGE = new Sha256("0".repeat(64));
    private static final PlacementPolicy SPREAD = new PlacementPolicy(1, 1, 1, false, Map.of());
    private static final PlacementPolicy PACK = new PlacementPolicy(1, 1, 1, true, Map.of());
    private static final Map<CapsuleType, Set<String>> WANTED = Map.of(CapsuleType.RESEARCH, Set.of("gpu", "fast"));
    private static final Demand SMALL = new Demand(1, 1024, 10, IMAGE, NETWORK, CapsuleType.RESEARCH, "ann");

    @Test
    void theEmptiestHostComesFirst() {
        List<Candidate> hosts = List.of(host("a", 6), host("b", 1), host("c", 3));

        assertThat(names(Placement.choose(SMALL, hosts, SPREAD))).containsExactly("b", "c", "a");
    }

    @Test
    void theFullestHostThatFitsComesFirstWhenPacking() {
        List<Candidate> hosts = List.of(host("a", 6), host("b", 8), host("c", 3));

        assertThat(names(Placement.choose(SMALL, hosts, PACK))).containsExactly("a", "c");
    }

    @Test
    void withoutHostsItSaysSo() {
        assertThat(Placement.choose(SMALL, List.of(), SPREAD))
                .isEqualTo(new Placement.Exhausted("No host has registered yet."));
    }

    @Test
    void itNamesWhatEveryHostLacks() {
        Candidate down = with("a", false, true, true, NETWORK.cidr(), 0, 5);
        Candidate disabled = with("b", true, false, true, NETWORK.cidr(), 0, 5);
        Candidate bare = with("c", true, true, false, NETWORK.cidr(), 0, 5);
        Candidate elsewhere = with("d", true, true, true, "10.91.0.0/16", 0, 5);
        Candidate full = with("e", true, true, true, NETWORK.cidr(), 8, 5);
        Candidate portless = with("f", true, true, true, NETWORK.cidr(), 0, 0);

        Placement placement = Placement.choose(SMALL, List.of(down, disabled, bare, elsewhere, full, portless), SPREAD);

        assertThat(placement)
                .isEqualTo(new Placement.Exhausted("No host has room: 1 host lacks a sign of life, 1 host lacks being"
                        + " enabled, 1 host lacks the image, 1 host lacks the cluster's guest network, 1 host lacks"
                        + " vcpu, 1 host lacks a free port pair."));
    }

    /** Against the plainest model there is: fill hosts one by one and see that no promise exceeds what there is. */
    @Test
    void noHostIsEverPromisedMoreThanItHas() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        PlacementPolicy policy = new PlacementPolicy(2, 1, 1.5, random.nextBoolean(), WANTED);
        List<Candidate> hosts = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Capacity capacity =
                    new Capacity(1 + random.nextInt(8), 1024 * (1 + random.nextInt(16)), 20 + random.nextInt(200));
            hosts.add(new Candidate(
                    new HostId("h" + i),
                    true,
                    true,
                    ImageReach.HERE,
                    NETWORK.cidr(),
                    capacity,
                    new Capacity(0, 0, 0),
                    1000,
                    labels(random),
                    random.nextInt(3)));
        }
        boolean exhausted = false;
        while (!exhausted) {
            Demand demand = new Demand(
                    1 + random.nextInt(4),
                    256 * (1 + random.nextInt(8)),
                    1 + random.nextInt(20),
                    IMAGE,
                    NETWORK,
                    CapsuleType.RESEARCH,
                    "ann");
            switch (Placement.choose(demand, hosts, policy)) {
                case Placement.Exhausted none -> {
                    exhausted = true;
                    assertThat(hosts)
                            .as("seed %d: a host fits, but was not found", seed)
                            .noneMatch(host -> fits(demand, host, policy));
                }
                case Placement.Fits fits -> {
                    HostId chosen = fits.hosts().getFirst();
                    hosts.replaceAll(host -> host.id().equals(chosen) ? promise(host, demand) : host);
                    assertThat(hosts)
                            .as("seed %d", seed)
                            .allMatch(host ->
                                    host.allocated().cpus() <= host.capacity().cpus() * policy.vcpuRatio()
                                            && host.allocated().memoryMb()
                                                    <= host.capacity().memoryMb() * policy.memoryRatio()
                                            && host.allocated().diskGb()
                                                    <= host.capacity().diskGb() * policy.diskRatio());
                }
            }
        }
    }

    @Test
    void whatTheTypeIsBetterOffWithComesBeforeTheOwnersOthersAndThoseBeforeLoad() {
        List<Candidate> hosts = List.of(
                like(host("none", 0), Set.of(), 0),
                like(host("one", 0), Set.of("gpu"), 0),
                like(host("crowded", 0), Set.of("gpu", "fast"), 2),
                like(host("busy", 5), Set.of("gpu", "fast", "more"), 0),
                like(host("idle", 1), Set.of("gpu", "fast"), 0));
        PlacementPolicy policy = new PlacementPolicy(1, 1, 1, false, WANTED);

        assertThat(names(Placement.choose(SMALL, hosts, policy)))
                .containsExactly("idle", "busy", "crowded", "one", "none");
        assertThat(names(Placement.choose(SMALL, hosts, SPREAD)))
                .as("where nothing is wanted")
                .containsExactly("none", "one", "idle", "busy", "crowded");
    }

    /** Whatever is wanted, the same hosts can take the capsule, and none before one that is better in what counts more. */
    @Test
    void hintsOrderHostsAndNeverRefuseOne() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            List<Candidate> hosts = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                hosts.add(like(host("h" + i, random.nextInt(10)), labels(random), random.nextInt(3)));
            }
            PlacementPolicy policy = new PlacementPolicy(1, 1, 1, random.nextBoolean(), WANTED);

            Placement placement = Placement.choose(SMALL, hosts, policy);
            List<String> ordered = names(placement);

            assertThat(ordered)
                    .as("seed %d", seed)
                    .containsExactlyInAnyOrderElementsOf(names(Placement.choose(SMALL, hosts, SPREAD)));
            List<Candidate> candidates = ordered.stream()
                    .map(name -> hosts.get(Integer.parseInt(name.substring(1))))
                    .toList();
            for (int i = 1; i < candidates.size(); i++) {
                assertThat(rank(candidates.get(i - 1)))
                        .as("seed %d", seed)
                        .isLessThanOrEqualTo(rank(candidates.get(i)));
            }
            if (placement instanceof Placement.Fits fits) {
                long best = candidates.stream()
                        .filter(host -> rank(host) == rank(candidates.getFirst()))
                        .count();
                assertThat(fits.alike()).as("seed %d", seed).isEqualTo(policy.pack() ? 1 : (int) best);
            }
        }
    }

    private static int rank(Candidate host) {
        int missing = (host.labels().contains("gpu") ? 0 : 1) + (host.labels().contains("fast") ? 0 : 1);
        return missing * 10 + host.ofOwner();
    }

    private static Set<String> labels(Random random) {
        return Stream.of("gpu", "fast", "other")
                .filter(label -> random.nextBoolean())
                .collect(Collectors.toSet());
    }

    @Test
    void aHostThatHasTheImageComesBeforeOneThatHasToFetchItHoweverFullItIs() {
        Candidate here = host("here", 4);
        Candidate fetching = with("fetching", ImageReach.ELSEWHERE);
        Candidate without = with("without", ImageReach.NOWHERE);

        assertThat(names(Placement.choose(SMALL, List.of(without, fetching, here), SPREAD)))
                .containsExactly("here", "fetching");
    }

    private static Candidate with(String name, ImageReach image) {
        Candidate host = host(name, 0);
        return new Candidate(
                host.id(),
                host.up(),
                host.enabled(),
                image,
                host.network(),
                host.capacity(),
                host.allocated(),
                host.freePorts(),
                host.labels(),
                host.ofOwner());
    }

    private static Candidate like(Candidate host, Set<String> labels, int ofOwner) {
        return new Candidate(
                host.id(),
                host.up(),
                host.enabled(),
                host.image(),
                host.network(),
                host.capacity(),
                host.allocated(),
                host.freePorts(),
                labels,
                ofOwner);
    }

    private static boolean fits(Demand demand, Candidate host, PlacementPolicy policy) {
        return host.capacity().cpus() * policy.vcpuRatio() - host.allocated().cpus() >= demand.vcpus()
                && host.capacity().memoryMb() - host.allocated().memoryMb() >= demand.memoryMb()
                && host.capacity().diskGb() * policy.diskRatio()
                                - host.allocated().diskGb()
                        >= demand.diskGb();
    }

    private static Candidate promise(Candidate host, Demand demand) {
        Capacity more = new Capacity(
                host.allocated().cpus() + demand.vcpus(),
                host.allocated().memoryMb() + demand.memoryMb(),
                host.allocated().diskGb() + demand.diskGb());
        return new Candidate(
                host.id(),
                true,
                true,
                ImageReach.HERE,
                host.network(),
                host.capacity(),
                more,
                host.freePorts() - 1,
                host.labels(),
                host.ofOwner() + 1);
    }

    private static Candidate host(String name, int vcpusPromised) {
        return with(name, true, true, true, NETWORK.cidr(), vcpusPromised, 5);
    }

    private static Candidate with(
            String name, boolean up, boolean enabled, boolean image, String network, int vcpusPromised, int ports) {
        return new Candidate(
                new HostId(name),
                up,
                enabled,
                image ? ImageReach.HERE : ImageReach.NOWHERE,
                network,
                new Capacity(8, 65_536, 500),
                new Capacity(vcpusPromised, 0, 0),
                ports,
                Set.of(),
                0);
    }

    private static List<String> names(Placement placement) {
        return placement instanceof Placement.Fits fits
                ? fits.hosts().stream().map(HostId::value).toList()
                : List.of();
    }
}

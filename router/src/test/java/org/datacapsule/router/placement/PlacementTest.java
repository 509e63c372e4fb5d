package org.datacapsule.router.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.GuestNetwork;
import org.junit.jupiter.api.Test;

class PlacementTest {
    private static final GuestNetwork NETWORK = GuestNetwork.parse("10.90.0.0/16");
    private static final Sha256 IMAGE = new Sha256("0".repeat(64));
    private static final PlacementPolicy SPREAD = new PlacementPolicy(1, 1, 1, false);
    private static final PlacementPolicy PACK = new PlacementPolicy(1, 1, 1, true);
    private static final Demand SMALL = new Demand(1, 1024, 10, IMAGE, NETWORK);

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
        PlacementPolicy policy = new PlacementPolicy(2, 1, 1.5, random.nextBoolean());
        List<Candidate> hosts = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Capacity capacity =
                    new Capacity(1 + random.nextInt(8), 1024 * (1 + random.nextInt(16)), 20 + random.nextInt(200));
            hosts.add(new Candidate(
                    new HostId("h" + i), true, true, true, NETWORK.cidr(), capacity, new Capacity(0, 0, 0), 1000));
        }
        boolean exhausted = false;
        while (!exhausted) {
            Demand demand = new Demand(
                    1 + random.nextInt(4), 256 * (1 + random.nextInt(8)), 1 + random.nextInt(20), IMAGE, NETWORK);
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
        return new Candidate(host.id(), true, true, true, host.network(), host.capacity(), more, host.freePorts() - 1);
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
                image,
                network,
                new Capacity(8, 65_536, 500),
                new Capacity(vcpusPromised, 0, 0),
                ports);
    }

    private static List<String> names(Placement placement) {
        return placement instanceof Placement.Fits fits
                ? fits.hosts().stream().map(HostId::value).toList()
                : List.of();
    }
}

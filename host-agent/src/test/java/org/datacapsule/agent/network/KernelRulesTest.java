package org.datacapsule.agent.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.datacapsule.agent.process.ProgramFailedException;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.policy.NetworkPolicy;
import org.datacapsule.common.policy.PolicyParser;
import org.datacapsule.common.wire.GuestNetwork;
import org.junit.jupiter.api.Test;

/** A listing as ebtables 1.8.9 gave it under such a filter, and what it must not pass for. */
class KernelRulesTest {
    private static final String LISTING = """
            Bridge table: nat

            Bridge chain: PREROUTING, entries: 2, policy: ACCEPT
            -i vnet3 -j libvirt-I-vnet3
            -i vnet0 -j libvirt-I-vnet0

            Bridge chain: OUTPUT, entries: 0, policy: ACCEPT

            Bridge chain: POSTROUTING, entries: 1, policy: ACCEPT
            -o vnet0 -j libvirt-O-vnet0

            Bridge chain: libvirt-I-vnet0, entries: 5, policy: RETURN
            -p ARP -s 52:54:00:00:00:00 --arp-ip-src 10.90.0.16 --arp-ip-dst 10.90.0.1 --arp-mac-src 52:54:00:00:00:00 -j ACCEPT
            -p IPv4 -s 52:54:00:00:00:00 --ip-src 0.0.0.0 --ip-dst 255.255.255.255 --ip-proto udp --ip-sport 68 --ip-dport 67 -j ACCEPT
            -p IPv4 -s 52:54:00:00:00:00 --ip-src 10.90.0.16 --ip-dst 10.90.0.1 --ip-proto udp --ip-sport 68 --ip-dport 67 -j ACCEPT
            -p IPv4 --ip-dst 10.90.0.0/16 -j DROP
            -p IPv4 --ip-dst 224.0.0.0/3 -j DROP
            -p IPv4 -s 52:54:00:00:00:00 --ip-src 10.90.0.16 --ip-dst 198.51.100.7 --ip-proto tcp --ip-dport 8000:8080 -j ACCEPT
            -j DROP

            Bridge chain: libvirt-O-vnet0, entries: 5, policy: RETURN
            -p ARP --arp-ip-src 10.90.0.1 --arp-ip-dst 10.90.0.16 -j ACCEPT
            -p IPv4 --ip-src 10.90.0.1 --ip-dst 10.90.0.16 --ip-proto icmp -j ACCEPT
            -p IPv4 --ip-src 10.90.0.1 --ip-proto udp --ip-sport 67 --ip-dport 68 -j ACCEPT
            -p IPv4 --ip-src 198.51.100.7 --ip-dst 10.90.0.16 --ip-proto tcp --ip-sport 8000:8080 -j ACCEPT
            -j DROP
            """;

    @Test
    void aPolicyInForceIsFoundInForce() throws Exception {
        assertThatCode(() -> KernelRules.parse(LISTING).require(wanted(), "vnet0"))
                .doesNotThrowAnyException();
    }

    @Test
    void whateverElseTheKernelHasIsNotThePolicy() throws Exception {
        for (String other : List.of(
                "",
                LISTING.replace("-i vnet0 -j libvirt-I-vnet0\n", ""),
                LISTING.replace("-o vnet0 -j libvirt-O-vnet0\n", ""),
                LISTING.replace("-i vnet3 -j libvirt-I-vnet3", "-j ACCEPT"),
                LISTING.replace("-i vnet3 -j libvirt-I-vnet3", "-i vnet+ -j ACCEPT"),
                LISTING.replace("-i vnet3 -j libvirt-I-vnet3", "! -i vnet3 -j ACCEPT"),
                LISTING.replace("-i vnet3 -j libvirt-I-vnet3", "-p IPv6 -j ACCEPT"),
                LISTING.replace("8000:8080", "8000:9000"),
                LISTING.replace("-p IPv4 --ip-dst 10.90.0.0/16 -j DROP\n", ""),
                LISTING.replace("-p IPv4 --ip-dst 224.0.0.0/3 -j DROP", "-p IPv6 -j ACCEPT"),
                LISTING.replace("--ip-dst 198.51.100.7", "--ip-dst ! 198.51.100.7"),
                LISTING.replace("-j DROP\n\nBridge chain: libvirt-O", "-j ACCEPT\n\nBridge chain: libvirt-O"),
                LISTING.replace("10.90.0.16", "10.90.0.17"),
                LISTING.replace("libvirt-I-vnet0, entries", "libvirt-I-vnet9, entries"))) {
            assertThat(other).isNotEqualTo(LISTING);
            assertThatThrownBy(() -> KernelRules.parse(other).require(wanted(), "vnet0"))
                    .as(other)
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContaining("host.policy-not-in-force");
        }
    }

    @Test
    void theHashIsOfThisInterfacesRulesAlone() {
        KernelRules rules = KernelRules.parse(LISTING);
        assertThat(KernelRules.parse(LISTING.replace("vnet3", "vnet7")).hash("vnet0"))
                .isEqualTo(rules.hash("vnet0"));
        assertThat(KernelRules.parse(LISTING.replace("8080", "8081")).hash("vnet0"))
                .isNotEqualTo(rules.hash("vnet0"));
    }

    private static LayerTwoRules wanted() throws Exception {
        NetworkPolicy policy = PolicyParser.parse("listed.yaml", """
                mode: secure
                types: [RESEARCH]
                host: [dhcp]
                ssh-in: false
                deny: []
                allow:
                  - to: 198.51.100.7
                    protocol: tcp
                    ports: [8000-8080]
                names: {}
                """);
        NetworkConfig config = new NetworkConfig(
                "datacapsule", "dcap0", GuestNetwork.parse("10.90.0.0/16"), "192.0.2.10", Path.of(""), List.of());
        return LayerTwoRules.expected(FilterXml.write(config, policy), "52:54:00:00:00:00", "10.90.0.16");
    }

    @Test
    void aListingThatFailsWhileSomebodyChangesARuleIsAskedForAgain() {
        AtomicInteger asked = new AtomicInteger();

        KernelRules read = KernelRules.read(() -> asked.incrementAndGet() < 4 ? failing() : LISTING);

        assertThat(read).isEqualTo(KernelRules.parse(LISTING));
        assertThatThrownBy(() -> KernelRules.read(KernelRulesTest::failing)).isInstanceOf(ProblemException.class);
    }

    private static String failing() throws ProgramFailedException {
        return new ProgramRunner(Duration.ofSeconds(10)).run(List.of("false"));
    }
}

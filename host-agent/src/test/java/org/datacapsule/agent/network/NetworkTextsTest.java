package org.datacapsule.agent.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.datacapsule.agent.Golden;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.policy.HostService;
import org.datacapsule.common.policy.Ipv4Range;
import org.datacapsule.common.policy.NetworkPolicy;
import org.datacapsule.common.policy.PolicyParser;
import org.datacapsule.common.wire.GuestNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkTextsTest {
    private static final Path POLICIES = Path.of("../deploy/policies");

    @Test
    void theShippedMaintenancePolicy() throws Exception {
        NetworkConfig config = config("192.0.2.10");
        PolicyFolder folder = PolicyFolder.read(POLICIES);
        for (CapsuleType type : CapsuleType.values()) {
            NetworkPolicy policy = folder.policy(CapsuleMode.MAINTENANCE, type);
            Golden.assertMatches(
                    getClass(),
                    "maintenance.xml",
                    FilterXml.write(config, policy).render());
        }
    }

    @Test
    void theShippedSecurePoliciesOpenNothing() throws Exception {
        PolicyFolder folder = PolicyFolder.read(POLICIES);
        for (CapsuleType type : CapsuleType.values()) {
            NetworkPolicy policy = folder.policy(CapsuleMode.SECURE, type);
            assertThat(policy.host()).containsOnly(HostService.DHCP);
            assertThat(policy.sshIn()).isFalse();
            assertThat(policy.allow()).isEmpty();
        }
    }

    @Test
    void namesOfAllModesGoTogetherAndMustNotDiffer(@TempDir Path folder) throws Exception {
        for (String name : List.of("maintenance.yaml", "secure.yaml", "secure-full.yaml")) {
            Files.copy(POLICIES.resolve(name), folder.resolve(name));
        }
        replace(folder.resolve("maintenance.yaml"), "names: {}", "names: {a: 198.51.100.8}");
        replace(folder.resolve("secure.yaml"), "allow: []", "allow: [{to: 198.51.100.0/24, protocol: tcp}]");
        replace(folder.resolve("secure.yaml"), "names: {}", "names: {data.example.org: 198.51.100.7}");

        PolicyFolder read = PolicyFolder.read(folder);
        assertThat(read.names().get(CapsuleType.RESEARCH))
                .isEqualTo(Map.of("a", "198.51.100.8", "data.example.org", "198.51.100.7"));
        assertThat(read.names().get(CapsuleType.RESEARCH_FULL)).isEqualTo(Map.of("a", "198.51.100.8"));

        replace(folder.resolve("secure.yaml"), "data.example.org", "a");

        assertThatThrownBy(() -> PolicyFolder.read(folder))
                .hasMessageContaining("another policy for")
                .hasMessageContaining("says that a is");
    }

    @Test
    void aPolicyOfListedDestinationsOnly() throws Exception {
        NetworkPolicy policy = PolicyParser.parse("listed.yaml", """
                mode: secure
                types: [RESEARCH]
                host: [dhcp]
                ssh-in: false
                deny: []
                allow:
                  - to: 198.51.100.7
                    protocol: tcp
                    ports: [443, 8000-8080]
                  - to: 203.0.113.0/24
                    protocol: icmp
                names: {}
                """);
        Golden.assertMatches(
                getClass(),
                "listed.xml",
                FilterXml.write(config("192.0.2.10"), policy).render());
    }

    @Test
    void theNetwork() throws Exception {
        String xml = NetworkXml.write(config("192.0.2.10"));
        Golden.assertMatches(getClass(), "network.xml", xml);
        assertThat(NetworkXml.matches(config("192.0.2.10"), xml)).isTrue();
        assertThat(NetworkXml.matches(config("192.0.2.10"), xml.replace("open", "nat")))
                .isFalse();
    }

    @Test
    void theTable() throws Exception {
        Golden.assertMatches(getClass(), "table.nft", ForwardingRules.write(config("192.0.2.10")));
        assertThat(ForwardingRules.write(config("0.0.0.0")))
                .contains("fib daddr type local tcp flags & (fin | syn | rst | ack) == syn dnat");
    }

    private static void replace(Path file, String old, String text) throws IOException {
        Files.writeString(file, Files.readString(file).replace(old, text));
    }

    private static NetworkConfig config(String address) {
        return new NetworkConfig(
                "datacapsule",
                "dcap0",
                GuestNetwork.parse("10.90.0.0/16"),
                address,
                POLICIES,
                List.of(Ipv4Range.parse("10.0.0.0/8"), Ipv4Range.parse("192.0.2.0/24")));
    }
}

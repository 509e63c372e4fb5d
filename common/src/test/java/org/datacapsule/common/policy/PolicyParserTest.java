package org.datacapsule.common.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyParserTest {
    private static final String GOOD = """
            mode: maintenance
            types: [DEMO]
            host: [dhcp]
            ssh-in: true
            deny: [10.0.0.0/8, internal]
            allow:
              - to: 198.51.100.0/24
                protocol: tcp
                ports: [80, 8000-8080]
              - to: 10.0.0.0/8
                protocol: any
            names:
              www.example.org: 198.51.100.7
              b: 198.51.100.7
            """;

    @Test
    void everyKeyIsRead() throws PolicyException {
        NetworkPolicy policy = PolicyParser.parse("p.yaml", GOOD);
        Ipv4Range to = Ipv4Range.parse("198.51.100.0/24");
        assertThat(policy.name()).isEqualTo("p");
        assertThat(policy.mode()).isEqualTo(CapsuleMode.MAINTENANCE);
        assertThat(policy.sshIn()).isTrue();
        assertThat(policy.denyInternal()).isTrue();
        assertThat(policy.deny()).isEqualTo(List.of(Ipv4Range.parse("10.0.0.0/8")));
        assertThat(policy.allow())
                .isEqualTo(List.of(
                        new Destination(to, Protocol.TCP, Optional.of(new PortSpan(80, 80))),
                        new Destination(to, Protocol.TCP, Optional.of(new PortSpan(8000, 8080))),
                        new Destination(Ipv4Range.parse("10.0.0.0/8"), Protocol.ANY, Optional.empty())));
        assertThat(policy.names())
                .containsExactly(Map.entry("b", "198.51.100.7"), Map.entry("www.example.org", "198.51.100.7"));
    }

    @Test
    void theShippedPoliciesParse() throws Exception {
        Path file = Path.of("../deploy/policies/maintenance.yaml");
        assertThat(PolicyParser.parse("maintenance.yaml", Files.readString(file))
                        .types())
                .hasSize(3);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    mode: maintenance   | mode: open         | p.yaml:1: a mode is
                    types: [DEMO]       | types: [DEMOS]     | p.yaml:2: no such capsule type
                    types: [DEMO]       | types: []          | p.yaml:2: the list is empty
                    host: [dhcp]        | hosts: [dhcp]      | p.yaml:3: unknown key "hosts"
                    host: [dhcp]        | host: [dhcp, ntp]  | p.yaml:3: a service of the host is
                    ssh-in: true        | ssh-in: yes        | p.yaml:4: true or false
                    ssh-in: true        | mode: secure       | p.yaml:4: the key "mode" is there twice
                    10.0.0.0/8          | 10.0.0.1/8         | p.yaml:5: has bits set past its prefix
                    10.0.0.0/8          | 10.0.0.0/33        | p.yaml:5: a prefix is 0 to 32
                    10.0.0.0/8          | 10.0.0.256         | p.yaml:5: no IPv4 address
                    198.51.100.0/24     | example.org        | p.yaml:7: no IPv4 address
                    protocol: tcp       | protocol: sctp     | p.yaml:8: a protocol is
                    protocol: tcp       | protocol: icmp     | p.yaml:9: ports are for tcp and udp only
                    [80, 8000-8080]     | [0]                | p.yaml:9: ports are 1 to 65535
                    [80, 8000-8080]     | [9-8]              | p.yaml:9: ports are 1 to 65535
                    [80, 8000-8080]     | []                 | p.yaml:9: the list is empty
                    [80, 8000-8080]     | 80                 | p.yaml:9: a list is expected
                    ports:              | port:              | p.yaml:9: unknown key "port"
                    198.51.100.0/24     | 198.051.100.0/24   | p.yaml:7: no IPv4 address
                    names:              | naems:             | p.yaml:12: unknown key "naems"
                    www.example.org:    | -www.example.org:  | p.yaml:13: no name of a host
                    www.example.org:    | www..example.org:  | p.yaml:13: no name of a host
                    www.example.org:    | WWW.example.org:   | p.yaml:13: no name of a host
                    www.example.org:    | 10.1.2.3:          | p.yaml:13: no name of a host
                    www.example.org:    | a_b:               | p.yaml:13: no name of a host
                    www.example.org:    | '"x y":'           | p.yaml:13: no name of a host
                    www.example.org:    | '"x\\ny":'          | p.yaml:13: no name of a host
                    www.example.org:    | localhost:         | p.yaml:13: localhost is the guest itself
                    www.example.org:    | b:                 | p.yaml:14: the name "b" is there twice
                    b: 198.51.100.7     | b: 198.51.101.7    | p.yaml:14: 198.51.101.7 is in none of the destinations
                    b: 198.51.100.7     | b: 10.1.2.3        | p.yaml:14: 10.1.2.3 is in a range this policy denies
                    b: 198.51.100.7     | b: 198.51.100.7/32 | p.yaml:14: one IPv4 address is expected
                    b: 198.51.100.7     | b: [198.51.100.7]  | p.yaml:14: a value is expected
                    ssh-in: true        | # nothing          | p.yaml:1: the key "ssh-in" is missing
                    """)
    void aMistakeIsRefusedWithItsLine(String good, String bad, String said) {
        assertThatThrownBy(() -> PolicyParser.parse("p.yaml", GOOD.replace(good, bad)))
                .isInstanceOf(PolicyException.class)
                .hasMessageStartingWith(said);
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0/0, 198.51.100.7, true",
        "198.51.100.0/24, 198.51.100.0/24, true",
        "198.51.100.0/24, 198.51.100.255, true",
        "198.51.100.0/24, 198.51.101.0, false",
        "198.51.100.0/24, 198.51.0.0/16, false",
        "198.51.100.7, 198.51.100.7, true",
        "198.51.100.7, 198.51.100.6, false"
    })
    void aRangeContainsWhatHasItsPrefix(String range, String other, boolean contains) {
        assertThat(Ipv4Range.parse(range).contains(Ipv4Range.parse(other))).isEqualTo(contains);
    }

    @ParameterizedTest
    @CsvSource({"''", "'mode: [unclosed'", "'- a'", "'&a [*a]'"})
    void whatIsNoPolicyAtAllIsRefused(String yaml) {
        assertThatThrownBy(() -> PolicyParser.parse("p.yaml", yaml)).isInstanceOf(PolicyException.class);
    }
}

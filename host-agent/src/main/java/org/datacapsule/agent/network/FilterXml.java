package org.datacapsule.agent.network;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.datacapsule.agent.xml.XmlElement;
import org.datacapsule.common.policy.Destination;
import org.datacapsule.common.policy.HostService;
import org.datacapsule.common.policy.Ipv4Range;
import org.datacapsule.common.policy.NetworkPolicy;
import org.datacapsule.common.policy.Protocol;

/**
 * A policy as a libvirt filter. Rules speak of {@code $MAC} and {@code $IP}, so one filter serves every capsule. All are
 * layer-2 rules, which need no connection tracking: a change of policy is in force for connections already open, and
 * nothing depends on whether the bridge hands packets to iptables. What needs state is in the host's own table.
 */
final class FilterXml {
    private static final String GUEST_MAC = "$MAC";
    private static final String GUEST_IP = "$IP";
    private static final int DHCP_CLIENT = 68;
    private static final int DHCP_SERVER = 67;
    private static final int DNS = 53;
    private static final int SSH = 22;

    private final NetworkConfig config;
    private final NetworkPolicy policy;
    private final List<XmlElement> rules = new ArrayList<>();

    private FilterXml(NetworkConfig config, NetworkPolicy policy) {
        this.config = config;
        this.policy = policy;
    }

    static String name(NetworkConfig config, NetworkPolicy policy) {
        return config.name() + "-" + policy.name();
    }

    static XmlElement write(NetworkConfig config, NetworkPolicy policy) {
        return new FilterXml(config, policy).write();
    }

    private XmlElement write() {
        String name = name(config, policy);
        arp();
        host();
        ssh();
        destinations();
        rules.add(rule("drop", "inout").add(element("mac")));
        return element("filter")
                .with("name", name)
                .with("chain", "root")
                // Of the name alone, so that defining it again changes it and does not clash.
                .add(element("uuid")
                        .text(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8))
                                .toString()))
                .add(rules.toArray(XmlElement[]::new));
    }

    /** The guest and the gateway find each other, and nobody else. */
    private void arp() {
        rules.add(rule("accept", "out")
                .add(element("arp")
                        .with("srcmacaddr", GUEST_MAC)
                        .with("arpsrcmacaddr", GUEST_MAC)
                        .with("arpsrcipaddr", GUEST_IP)
                        .with("arpdstipaddr", gateway())));
        rules.add(rule("accept", "in")
                .add(element("arp").with("arpsrcipaddr", gateway()).with("arpdstipaddr", GUEST_IP)));
    }

    private void host() {
        // The host tells the guest of packets too large for the way; the guest can tell the host nothing by this.
        rules.add(rule("accept", "in").add(to(gateway()).with("protocol", "icmp")));
        if (policy.host().contains(HostService.DHCP)) {
            rules.add(accept(ports(from("0.0.0.0", "255.255.255.255"), "udp", DHCP_CLIENT, DHCP_SERVER)));
            rules.add(accept(ports(from(GUEST_IP, gateway()), "udp", DHCP_CLIENT, DHCP_SERVER)));
            XmlElement answer = element("ip").with("srcipaddr", gateway());
            rules.add(rule("accept", "in").add(ports(answer, "udp", DHCP_SERVER, DHCP_CLIENT)));
        }
        if (policy.host().contains(HostService.DNS)) {
            for (String protocol : List.of("udp", "tcp")) {
                rules.add(accept(
                        from(GUEST_IP, gateway()).with("protocol", protocol).with("dstportstart", DNS)));
                rules.add(rule("accept", "in")
                        .add(to(gateway()).with("protocol", protocol).with("srcportstart", DNS)));
            }
        }
    }

    /** The host hides who connects behind the gateway's address, so this rule opens no other. */
    private void ssh() {
        if (policy.sshIn()) {
            rules.add(rule("accept", "in")
                    .add(to(gateway()).with("protocol", "tcp").with("dstportstart", SSH)));
            rules.add(accept(from(GUEST_IP, gateway()).with("protocol", "tcp").with("srcportstart", SSH)));
        }
    }

    private void destinations() {
        for (Ipv4Range range : closed()) {
            rules.add(rule("drop", "out").add(range(element("ip"), "dstip", range)));
        }
        for (Destination destination : policy.allow()) {
            rules.add(accept(
                    destination(range(guest(), "dstip", destination.to()), destination, "dstportstart", "dstportend")));
            rules.add(rule("accept", "in")
                    .add(destination(
                            range(element("ip").with("dstipaddr", GUEST_IP), "srcip", destination.to()),
                            destination,
                            "srcportstart",
                            "srcportend")));
        }
    }

    /**
     * What no destination opens: the other capsules and the host among them, multicast, broadcast, and what the policy denies.
     * Dropped on the way out only, as each rule costs libvirt a process: nobody outside can begin a connection to a guest, as
     * the host's own table has it, and to what a guest cannot begin there are no answers.
     */
    private List<Ipv4Range> closed() {
        List<Ipv4Range> ranges = new ArrayList<>();
        ranges.add(Ipv4Range.parse(config.guests().cidr()));
        ranges.add(new Ipv4Range("224.0.0.0", 3));
        ranges.addAll(policy.deny());
        if (policy.denyInternal()) {
            ranges.addAll(config.deniedRanges());
        }
        return ranges;
    }

    private String gateway() {
        return config.guests().gateway();
    }

    private XmlElement rule(String action, String direction) {
        // Spaced by one: libvirt applies rules of one filter by priority.
        return element("rule")
                .with("action", action)
                .with("direction", direction)
                .with("priority", 100L + rules.size());
    }

    private XmlElement accept(XmlElement match) {
        return rule("accept", "out").add(match);
    }

    private static XmlElement guest() {
        return element("ip").with("srcmacaddr", GUEST_MAC).with("srcipaddr", GUEST_IP);
    }

    private static XmlElement from(String source, String destination) {
        return element("ip")
                .with("srcmacaddr", GUEST_MAC)
                .with("srcipaddr", source)
                .with("dstipaddr", destination);
    }

    private static XmlElement to(String source) {
        return element("ip").with("srcipaddr", source).with("dstipaddr", GUEST_IP);
    }

    private static XmlElement ports(XmlElement match, String protocol, int from, int to) {
        return match.with("protocol", protocol).with("srcportstart", from).with("dstportstart", to);
    }

    private static XmlElement range(XmlElement match, String side, Ipv4Range range) {
        // A range of everything is said by saying nothing.
        return range.prefix() == 0
                ? match
                : match.with(side + "addr", range.address()).with(side + "mask", range.prefix());
    }

    private static XmlElement destination(XmlElement match, Destination destination, String first, String last) {
        if (destination.protocol() != Protocol.ANY) {
            match.with("protocol", destination.protocol().name().toLowerCase(Locale.ROOT));
        }
        destination.ports().ifPresent(ports -> match.with(first, ports.first()).with(last, ports.last()));
        return match;
    }

    private static XmlElement element(String name) {
        return XmlElement.of(name);
    }
}

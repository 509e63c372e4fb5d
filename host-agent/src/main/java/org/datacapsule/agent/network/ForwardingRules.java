package org.datacapsule.agent.network;

import java.util.Map;

/** The text of the host's table in nftables. */
final class ForwardingRules {
    /**
     * Rules are flushed and written anew; the maps and the set are not. Guests see every SSH connection come from the
     * gateway: so the layer-2 filter needs no other source, a guest does not learn its users' addresses, and 127.0.0.1
     * works as the host's address.
     */
    private static final String TABLE = """
            add table inet $TABLE
            add map inet $TABLE ssh { type inet_service : ipv4_addr ; }
            add map inet $TABLE ssh_epoch { type inet_service : mark ; }
            add set inet $TABLE ssh_open { type mark . inet_service ; }
            add chain inet $TABLE guard { type filter hook prerouting priority -300 ; }
            add chain inet $TABLE arriving { type nat hook prerouting priority -100 ; }
            add chain inet $TABLE local { type nat hook output priority -100 ; }
            add chain inet $TABLE leaving { type nat hook postrouting priority 100 ; }
            add chain inet $TABLE to_host { type filter hook input priority 0 ; }
            add chain inet $TABLE through { type filter hook forward priority 0 ; }
            add chain inet $TABLE from_host { type filter hook output priority 0 ; }
            flush table inet $TABLE
            # The bridge may route loopback addresses where the host is reached by one; no guest may use them.
            add rule inet $TABLE guard iifname "$BRIDGE" ip daddr 127.0.0.0/8 drop
            add rule inet $TABLE guard iifname "$BRIDGE" ip saddr 127.0.0.0/8 drop
            # The way in by SSH, never for a guest itself. A connection is marked with its port's epoch, and passes for as
            # long as that is the epoch. Only a first packet is let in: a connection that was cut would come back with its
            # next packet otherwise, as a new one.
            add rule inet $TABLE arriving iifname != "$BRIDGE" $HOST tcp flags & (fin | syn | rst | ack) == syn ct mark set tcp dport map @ssh_epoch
            add rule inet $TABLE arriving iifname != "$BRIDGE" $HOST tcp flags & (fin | syn | rst | ack) == syn dnat ip to tcp dport map @ssh:22
            add rule inet $TABLE local $HOST tcp flags & (fin | syn | rst | ack) == syn ct mark set tcp dport map @ssh_epoch
            add rule inet $TABLE local $HOST tcp flags & (fin | syn | rst | ack) == syn dnat ip to tcp dport map @ssh:22
            add rule inet $TABLE leaving oifname "$BRIDGE" ct status dnat masquerade
            add rule inet $TABLE leaving oifname != "$BRIDGE" ip saddr $GUESTS masquerade
            # A guest and the host: SSH while its port is open, answers, DHCP, names; nothing else.
            add rule inet $TABLE to_host iifname != "$BRIDGE" accept
            add rule inet $TABLE to_host ct status dnat meta l4proto tcp ct mark . ct original proto-dst @ssh_open accept
            add rule inet $TABLE to_host ct status dnat reject with tcp reset
            add rule inet $TABLE to_host ct state established,related accept
            add rule inet $TABLE to_host ip daddr { $GATEWAY, 255.255.255.255 } udp dport 67 accept
            add rule inet $TABLE to_host ip daddr $GATEWAY meta l4proto { tcp, udp } th dport 53 accept
            add rule inet $TABLE to_host drop
            # A guest and the world: out, and SSH in while its port is open.
            add rule inet $TABLE through iifname != "$BRIDGE" oifname != "$BRIDGE" accept
            add rule inet $TABLE through iifname "$BRIDGE" oifname "$BRIDGE" drop
            add rule inet $TABLE through meta nfproto ipv6 drop
            add rule inet $TABLE through ct status dnat meta l4proto tcp ct mark . ct original proto-dst @ssh_open accept
            add rule inet $TABLE through ct status dnat reject with tcp reset
            add rule inet $TABLE through ct state established,related accept
            add rule inet $TABLE through iifname "$BRIDGE" ct state new accept
            add rule inet $TABLE through drop
            add rule inet $TABLE from_host oifname != "$BRIDGE" accept
            add rule inet $TABLE from_host ct status dnat meta l4proto tcp ct mark . ct original proto-dst @ssh_open accept
            add rule inet $TABLE from_host ct status dnat reject with tcp reset
            """;

    private ForwardingRules() {}

    static String write(NetworkConfig config) {
        String host = config.isEveryAddress() ? "fib daddr type local" : "ip daddr " + config.hostAddress();
        Map<String, String> words = Map.of(
                "$TABLE", config.name(),
                "$BRIDGE", config.bridge(),
                "$HOST", host,
                "$GUESTS", config.guests().cidr(),
                "$GATEWAY", config.guests().gateway());
        String text = TABLE;
        for (Map.Entry<String, String> word : words.entrySet()) {
            text = text.replace(word.getKey(), word.getValue());
        }
        return text;
    }
}

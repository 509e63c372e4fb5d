package org.datacapsule.agent.network;

import java.util.Set;
import java.util.stream.Collectors;
import org.datacapsule.agent.xml.XmlElement;
import org.datacapsule.agent.xml.XmlReading;
import org.datacapsule.common.wire.GuestAddress;

/**
 * The libvirt network: a bridge with the gateway's address and a DHCP server. Its forward mode is {@code open}: libvirt
 * adds no firewall rules, which are all in our own table; those it makes for {@code nat} refuse every connection from
 * outside, ours for SSH as well.
 */
final class NetworkXml {
    private static final String DNSMASQ = "http://libvirt.org/schemas/network/dnsmasq/1.0";

    private static final String GATEWAY_MAC = "52:54:00:ff:ff:fe";

    private NetworkXml() {}

    static String write(NetworkConfig config) {
        return element("network")
                .add(
                        element("name").text(config.name()),
                        element("forward").with("mode", "open"),
                        element("bridge")
                                .with("name", config.bridge())
                                .with("stp", "off")
                                .with("delay", "0"),
                        // The same on every host: a guest that has come from another goes on knowing its gateway.
                        element("mac").with("address", GATEWAY_MAC),
                        element("ip")
                                .with("address", config.guests().gateway())
                                .with("netmask", config.guests().netmask())
                                // No range: only a guest that has a lease of its own gets an address.
                                .add(element("dhcp").add(nobody(config))),
                        dnsmasq())
                .render();
    }

    /** Whether a network that is there already is the one we would make. */
    static boolean matches(NetworkConfig config, String xml) {
        XmlElement network = XmlReading.parse(xml);
        return attribute(network, "bridge", "name").equals(config.bridge())
                && attribute(network, "forward", "mode").equals("open")
                && network.firstIn(DNSMASQ, "options").isPresent()
                && attribute(network, "ip", "address").equals(config.guests().gateway())
                && attribute(network, "ip", "netmask").equals(config.guests().netmask());
    }

    /** The addresses that a network has reserved. */
    static Set<GuestAddress> leases(String xml) {
        return XmlReading.parse(xml).first("ip", "dhcp").stream()
                .flatMap(dhcp -> dhcp.all("host"))
                .map(host -> new GuestAddress(host.attribute("mac"), host.attribute("ip")))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** A name that a guest says when it asks for its address would be told to every other guest that asks for the name. */
    private static XmlElement dnsmasq() {
        return XmlElement.of("options", DNSMASQ)
                .add(XmlElement.of("option", DNSMASQ).with("value", "dhcp-ignore-names"));
    }

    /**
     * A lease nobody asks for. libvirt restarts its DHCP server when the first lease comes and when the last one goes,
     * which takes two seconds; in between it only re-reads them.
     */
    private static XmlElement nobody(NetworkConfig config) {
        String gateway = config.guests().gateway();
        int last = gateway.lastIndexOf('.') + 1;
        int beside = Integer.parseInt(gateway.substring(last)) + 1;
        return element("host").with("mac", "52:54:00:ff:ff:ff").with("ip", gateway.substring(0, last) + beside);
    }

    private static String attribute(XmlElement network, String child, String attribute) {
        return network.first(child).map(found -> found.attribute(attribute)).orElse("");
    }

    private static XmlElement element(String name) {
        return XmlElement.of(name);
    }
}

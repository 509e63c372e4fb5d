package org.datacapsule.agent.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.datacapsule.agent.xml.XmlElement;

/**
 * Rules for a guest's interface as ebtables lists them, in a form two of them can be compared in: each rule's options by
 * name, rules in order.
 *
 * @param out what the guest sends
 * @param in what is sent to it
 */
record LayerTwoRules(List<Map<String, String>> out, List<Map<String, String>> in) {
    private static final String TARGET = "-j";
    private static final Pattern WORD = Pattern.compile("\\S+");

    /** What libvirt makes of a filter (nwfilter's driver for ebtables) for one guest. */
    static LayerTwoRules expected(XmlElement filter, String mac, String ipv4) {
        List<Map<String, String>> out = new ArrayList<>();
        List<Map<String, String>> in = new ArrayList<>();
        filter.all("rule").forEach(rule -> {
            Map<String, String> options = options(rule, mac, ipv4);
            switch (rule.attribute("direction")) {
                case "out" -> out.add(options);
                case "in" -> in.add(options);
                default -> {
                    out.add(options);
                    in.add(options);
                }
            }
        });
        return new LayerTwoRules(out, in);
    }

    /** One line of a listing, such as {@code -p IPv4 --ip-src 10.90.0.1 -j ACCEPT}; what makes no sense equals nothing. */
    static Map<String, String> parse(String line) {
        Map<String, String> options = new TreeMap<>();
        List<String> words =
                WORD.matcher(line).results().map(MatchResult::group).toList();
        for (int at = 0; at < words.size(); at += 2) {
            boolean isPair = at + 1 < words.size() && words.get(at).startsWith("-");
            if (!isPair || options.put(words.get(at), words.get(at + 1)) != null) {
                return Map.of("?", line);
            }
        }
        return options;
    }

    private static Map<String, String> options(XmlElement rule, String mac, String ipv4) {
        Map<String, String> options = new TreeMap<>();
        options.put(TARGET, rule.attribute("action").equals("accept") ? "ACCEPT" : "DROP");
        rule.first("arp").ifPresent(arp -> {
            options.put("-p", "ARP");
            put(options, "-s", arp.attribute("srcmacaddr"), mac, ipv4);
            put(options, "--arp-mac-src", arp.attribute("arpsrcmacaddr"), mac, ipv4);
            put(options, "--arp-ip-src", arp.attribute("arpsrcipaddr"), mac, ipv4);
            put(options, "--arp-ip-dst", arp.attribute("arpdstipaddr"), mac, ipv4);
        });
        rule.first("ip").ifPresent(ip -> {
            options.put("-p", "IPv4");
            put(options, "-s", ip.attribute("srcmacaddr"), mac, ipv4);
            put(options, "--ip-src", range(ip, "srcip"), mac, ipv4);
            put(options, "--ip-dst", range(ip, "dstip"), mac, ipv4);
            put(options, "--ip-proto", ip.attribute("protocol"), mac, ipv4);
            put(options, "--ip-sport", ports(ip, "srcport"), mac, ipv4);
            put(options, "--ip-dport", ports(ip, "dstport"), mac, ipv4);
        });
        return options;
    }

    private static void put(Map<String, String> options, String name, String value, String mac, String ipv4) {
        if (!value.isEmpty()) {
            options.put(name, value.replace("$MAC", mac).replace("$IP", ipv4));
        }
    }

    private static String range(XmlElement ip, String side) {
        String mask = ip.attribute(side + "mask");
        String address = ip.attribute(side + "addr");
        return mask.isEmpty() || mask.equals("32") ? address : address + "/" + mask;
    }

    private static String ports(XmlElement ip, String side) {
        String first = ip.attribute(side + "start");
        String last = ip.attribute(side + "end");
        return last.isEmpty() || last.equals(first) ? first : first + ":" + last;
    }
}

package org.datacapsule.common.policy;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleType;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads policy files. It is strict because each leniency would be a hole: unknown and repeated keys, addresses with bits
 * past their prefix, and missing keys are refused with their line, and nothing is taken from such a file.
 */
public final class PolicyParser {
    private static final List<String> KEYS = List.of("mode", "types", "host", "ssh-in", "deny", "allow", "names");
    private static final List<String> DESTINATION_KEYS = List.of("to", "protocol", "ports");
    /** Stands in {@code deny} for the ranges that each host's configuration names. */
    private static final String INTERNAL = "internal";

    private PolicyParser() {}

    /** @param file its name, such as {@code maintenance.yaml} */
    public static NetworkPolicy parse(String file, String yaml) throws PolicyException {
        Map<String, YamlPlace> keys = root(file, yaml).map(KEYS);
        for (String key : KEYS) {
            if (!keys.containsKey(key)) {
                throw new PolicyException(file, 1, "the key \"" + key + "\" is missing");
            }
        }
        List<Ipv4Range> deny = new ArrayList<>();
        boolean denyInternal = false;
        for (YamlPlace item : at(keys, "deny").list()) {
            if (item.text().equals(INTERNAL)) {
                denyInternal = true;
            } else {
                deny.add(item.parsed(Ipv4Range::parse));
            }
        }
        List<Destination> allow = new ArrayList<>();
        for (YamlPlace item : at(keys, "allow").list()) {
            allow.addAll(destinations(item));
        }
        return new NetworkPolicy(
                file.replaceFirst("\\.yaml$", ""),
                at(keys, "mode").parsed(PolicyParser::mode),
                types(at(keys, "types")),
                services(at(keys, "host")),
                at(keys, "ssh-in").parsed(PolicyParser::flag),
                deny,
                denyInternal,
                allow,
                PolicyNames.read(at(keys, "names"), deny, allow));
    }

    private static YamlPlace root(String file, String yaml) throws PolicyException {
        LoaderOptions options = new LoaderOptions();
        options.setMaxAliasesForCollections(0);
        options.setAllowDuplicateKeys(false);
        try {
            Node node = new Yaml(options).compose(new StringReader(yaml));
            if (node == null) {
                throw new PolicyException(file, 1, "the file is empty");
            }
            return new YamlPlace(file, node);
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            throw new PolicyException(file, line, "not valid YAML: " + e.getProblem());
        } catch (YAMLException e) {
            throw new PolicyException(file, 1, "not valid YAML: " + e.getMessage());
        }
    }

    private static List<Destination> destinations(YamlPlace place) throws PolicyException {
        Map<String, YamlPlace> keys = place.map(DESTINATION_KEYS);
        for (String key : List.of("to", "protocol")) {
            if (!keys.containsKey(key)) {
                throw place.wrong("the key \"" + key + "\" is missing");
            }
        }
        Ipv4Range to = at(keys, "to").parsed(Ipv4Range::parse);
        Protocol protocol = at(keys, "protocol").parsed(PolicyParser::protocol);
        YamlPlace ports = keys.get("ports");
        if (ports == null) {
            return List.of(new Destination(to, protocol, Optional.empty()));
        }
        if (!protocol.hasPorts()) {
            throw ports.wrong("ports are for tcp and udp only");
        }
        List<Destination> each = new ArrayList<>();
        for (YamlPlace port : ports.list()) {
            each.add(new Destination(to, protocol, Optional.of(port.parsed(PortSpan::parse))));
        }
        if (each.isEmpty()) {
            throw ports.wrong("the list is empty; leave the key out where every port is meant");
        }
        return each;
    }

    private static Set<CapsuleType> types(YamlPlace place) throws PolicyException {
        Set<CapsuleType> types = EnumSet.noneOf(CapsuleType.class);
        for (YamlPlace item : place.list()) {
            types.add(item.parsed(CapsuleType::parse));
        }
        if (types.isEmpty()) {
            throw place.wrong("the list is empty");
        }
        return types;
    }

    private static Set<HostService> services(YamlPlace place) throws PolicyException {
        Set<HostService> services = EnumSet.noneOf(HostService.class);
        for (YamlPlace item : place.list()) {
            services.add(item.parsed(PolicyParser::service));
        }
        return services;
    }

    private static CapsuleMode mode(String text) {
        return switch (text) {
            case "maintenance" -> CapsuleMode.MAINTENANCE;
            case "secure" -> CapsuleMode.SECURE;
            default -> throw new IllegalArgumentException("a mode is maintenance or secure, and not " + text);
        };
    }

    private static HostService service(String text) {
        return switch (text) {
            case "dhcp" -> HostService.DHCP;
            case "dns" -> HostService.DNS;
            default -> throw new IllegalArgumentException("a service of the host is dhcp or dns, and not " + text);
        };
    }

    private static Protocol protocol(String text) {
        for (Protocol protocol : Protocol.values()) {
            if (protocol.name().toLowerCase(Locale.ROOT).equals(text)) {
                return protocol;
            }
        }
        throw new IllegalArgumentException("a protocol is any, tcp, udp or icmp, and not " + text);
    }

    private static boolean flag(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("true or false is expected, and not " + text);
        };
    }

    /** A key that is known to be there. */
    private static YamlPlace at(Map<String, YamlPlace> keys, String key) {
        YamlPlace place = keys.get(key);
        if (place == null) {
            throw new IllegalStateException("key not checked: " + key);
        }
        return place;
    }
}

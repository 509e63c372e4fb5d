package org.datacapsule.agent.network;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.policy.NetworkPolicy;
import org.datacapsule.common.policy.PolicyException;
import org.datacapsule.common.policy.PolicyParser;

/**
 * The policies of a host: all of its files read, and each type of capsule served in maintenance mode by exactly one.
 *
 * @param names of destinations with their addresses
 */
record PolicyFolder(
        List<NetworkPolicy> policies,
        Map<CapsuleType, NetworkPolicy> maintenance,
        Map<CapsuleType, SortedMap<String, String>> names) {

    static PolicyFolder read(Path folder) throws PolicyException {
        List<NetworkPolicy> policies = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.yaml")) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (!name.matches("[a-z][a-z0-9-]{0,40}\\.yaml")) {
                    throw new PolicyException(name, 1, "a policy's file name is of a-z, 0-9 and hyphens");
                }
                policies.add(PolicyParser.parse(name, Files.readString(file)));
            }
        } catch (IOException e) {
            throw new PolicyException(folder.toString(), 1, "the policies cannot be read: " + e);
        }
        return new PolicyFolder(List.copyOf(policies), maintenance(folder, policies), names(policies));
    }

    /** What each type's policies name, of all modes together: a guest's hosts file stays the same over a switch. */
    private static Map<CapsuleType, SortedMap<String, String>> names(List<NetworkPolicy> policies)
            throws PolicyException {
        Map<CapsuleType, SortedMap<String, String>> byType = new EnumMap<>(CapsuleType.class);
        for (CapsuleType type : CapsuleType.values()) {
            SortedMap<String, String> names = new TreeMap<>();
            for (NetworkPolicy policy : policies) {
                for (Map.Entry<String, String> entry : policy.names().entrySet()) {
                    if (policy.types().contains(type)) {
                        String other = names.put(entry.getKey(), entry.getValue());
                        if (other != null && !other.equals(entry.getValue())) {
                            throw new PolicyException(
                                    policy.name() + ".yaml",
                                    1,
                                    "another policy for " + type.wireName() + " says that " + entry.getKey() + " is "
                                            + other);
                        }
                    }
                }
            }
            byType.put(type, names);
        }
        return byType;
    }

    private static Map<CapsuleType, NetworkPolicy> maintenance(Path folder, List<NetworkPolicy> policies)
            throws PolicyException {
        Map<CapsuleType, NetworkPolicy> byType = new EnumMap<>(CapsuleType.class);
        for (NetworkPolicy policy : policies) {
            if (policy.mode() != CapsuleMode.MAINTENANCE) {
                continue;
            }
            for (CapsuleType type : policy.types()) {
                NetworkPolicy other = byType.put(type, policy);
                if (other != null) {
                    throw new PolicyException(
                            policy.name() + ".yaml", 1, "so does " + other.name() + ".yaml serve " + type.wireName());
                }
            }
        }
        for (CapsuleType type : CapsuleType.values()) {
            if (!byType.containsKey(type)) {
                throw new PolicyException(
                        folder.toString(), 1, "no policy serves " + type.wireName() + " in maintenance mode");
            }
        }
        return byType;
    }
}

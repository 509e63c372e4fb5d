package org.datacapsule.agent.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.policy.NetworkPolicy;
import org.datacapsule.common.policy.PolicyException;
import org.datacapsule.common.policy.PolicyParser;

/**
 * The policies of a host: all of its files read, and each type of capsule served in each mode by exactly one.
 *
 * @param files by the name of the policy
 * @param names what each type's policies name, of both modes together: a guest's hosts file stays the same over a switch
 */
record PolicyFolder(
        Map<String, PolicyFile> files,
        Map<Served, PolicyFile> serving,
        Map<CapsuleType, SortedMap<String, String>> names) {

    /** @param hash of the file's bytes */
    record PolicyFile(NetworkPolicy policy, Sha256 hash) {}

    /** What a policy is for. */
    record Served(CapsuleMode mode, CapsuleType type) {
        @Override
        public String toString() {
            return type.wireName() + " in " + mode.name().toLowerCase(Locale.ROOT) + " mode";
        }
    }

    static PolicyFolder read(Path folder) throws PolicyException {
        Map<String, PolicyFile> policies = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.yaml")) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (!name.matches("[a-z][a-z0-9-]{0,40}\\.yaml")) {
                    throw new PolicyException(name, 1, "a policy's file name is of a-z, 0-9 and hyphens");
                }
                byte[] bytes = Files.readAllBytes(file);
                NetworkPolicy policy = PolicyParser.parse(name, new String(bytes, StandardCharsets.UTF_8));
                policies.put(policy.name(), new PolicyFile(policy, hash(bytes)));
            }
        } catch (IOException e) {
            throw new PolicyException(folder.toString(), 1, "the policies cannot be read: " + e);
        }
        return new PolicyFolder(policies, serving(folder, policies), names(policies));
    }

    List<NetworkPolicy> policies() {
        return files.values().stream().map(PolicyFile::policy).toList();
    }

    NetworkPolicy policy(CapsuleMode mode, CapsuleType type) {
        PolicyFile file = serving.get(new Served(mode, type));
        if (file == null) {
            throw new IllegalStateException("checked when the policies were read: " + new Served(mode, type));
        }
        return file.policy();
    }

    /** Whether the file is the one of this folder that serves the type in the mode, with the bytes it had when it was read. */
    boolean isServedBy(Path file, Path folder, CapsuleMode mode, CapsuleType type) {
        PolicyFile served = serving.get(new Served(mode, type));
        try {
            return served != null
                    && Files.isSameFile(file, folder.resolve(served.policy().name() + ".yaml"))
                    && hash(Files.readAllBytes(file)).equals(served.hash());
        } catch (IOException e) {
            return false;
        }
    }

    private static Map<Served, PolicyFile> serving(Path folder, Map<String, PolicyFile> policies)
            throws PolicyException {
        Map<Served, PolicyFile> serving = new HashMap<>();
        for (PolicyFile file : policies.values()) {
            for (CapsuleType type : file.policy().types()) {
                Served served = new Served(file.policy().mode(), type);
                PolicyFile other = serving.put(served, file);
                if (other != null) {
                    throw new PolicyException(
                            file.policy().name() + ".yaml",
                            1,
                            "so does " + other.policy().name() + ".yaml serve " + served);
                }
            }
        }
        for (CapsuleMode mode : List.of(CapsuleMode.MAINTENANCE, CapsuleMode.SECURE)) {
            for (CapsuleType type : CapsuleType.values()) {
                if (!serving.containsKey(new Served(mode, type))) {
                    throw new PolicyException(folder.toString(), 1, "no policy serves " + new Served(mode, type));
                }
            }
        }
        return serving;
    }

    private static Map<CapsuleType, SortedMap<String, String>> names(Map<String, PolicyFile> policies)
            throws PolicyException {
        Map<CapsuleType, SortedMap<String, String>> names = new EnumMap<>(CapsuleType.class);
        for (PolicyFile file : policies.values()) {
            NetworkPolicy policy = file.policy();
            for (CapsuleType type : policy.types()) {
                SortedMap<String, String> ofType = names.computeIfAbsent(type, each -> new TreeMap<>());
                for (Map.Entry<String, String> named : policy.names().entrySet()) {
                    String other = ofType.putIfAbsent(named.getKey(), named.getValue());
                    if (other != null && !other.equals(named.getValue())) {
                        throw new PolicyException(
                                policy.name() + ".yaml",
                                1,
                                "another policy for " + type.wireName() + " says that " + named.getKey() + " is "
                                        + other);
                    }
                }
            }
        }
        return names;
    }

    private static Sha256 hash(byte[] bytes) {
        try {
            return new Sha256(HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}

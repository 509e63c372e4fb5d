package org.datacapsule.agent.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.Login;

/**
 * The texts of a NoCloud seed. They keep to what both cloud-init and the small guest image of {@code deploy/guest} read:
 * block YAML, one value a line.
 *
 * @param userData host name, account, password hash and keys, hosts file
 * @param metaData an instance id that is another one at every launch, so that cloud-init applies the account anew
 */
record Seed(String userData, String metaData) {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .build();
    private static final int NAME_LENGTH = 8;
    private static final int INSTANCE_LENGTH = 16;

    /**
     * @param passwordHash in crypt(3) form
     * @param names of other machines with their addresses
     */
    static Seed of(CapsuleId capsule, Login login, String passwordHash, SortedMap<String, String> names) {
        String hostName = "capsule-" + capsule.toString().substring(0, NAME_LENGTH);
        Map<String, Object> user = new LinkedHashMap<>();
        user.put("name", login.userName());
        user.put("hashed_passwd", passwordHash);
        user.put("lock_passwd", false);
        user.put("shell", "/bin/bash");
        user.put("sudo", "ALL=(ALL) NOPASSWD:ALL");
        user.put("ssh_authorized_keys", login.sshKeys());
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("hostname", hostName);
        data.put("ssh_pwauth", true);
        // The instance id changes at every launch; the guest's host keys must not.
        data.put("ssh_deletekeys", false);
        data.put("users", List.of(user));
        // The same twice: for cloud-init the whole file, for the small guest the lines it adds to its own.
        data.put("write_files", List.of(hostsFile(hostName, names)));
        data.put("datacapsule_hosts", lines(names));
        String userData = "#cloud-config\n" + yaml(data);
        Map<String, Object> meta = new LinkedHashMap<>();
        meta.put("instance-id", capsule + "-" + digest(userData));
        meta.put("local-hostname", hostName);
        return new Seed(userData, yaml(meta));
    }

    private static Map<String, Object> hostsFile(String hostName, SortedMap<String, String> names) {
        List<String> lines = new ArrayList<>(List.of(
                "127.0.0.1 localhost",
                "127.0.1.1 " + hostName,
                "::1 localhost ip6-localhost ip6-loopback",
                "# Data services, from the network policy; written at every launch."));
        lines.addAll(lines(names));
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("path", "/etc/hosts");
        file.put("permissions", "0644");
        file.put("content", String.join("\n", lines) + "\n");
        return file;
    }

    private static List<String> lines(SortedMap<String, String> names) {
        return names.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .toList();
    }

    /** Hides the password's hash. */
    @Override
    public String toString() {
        return "Seed[]";
    }

    private static String yaml(Map<String, Object> values) {
        try {
            return YAML.writeValueAsString(values);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps of strings are YAML", e);
        }
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, INSTANCE_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}

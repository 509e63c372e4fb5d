package org.datacapsule.agent.identity;

import java.nio.file.Path;
import org.datacapsule.common.config.Settings;

/**
 * Where this host keeps what it proves itself with.
 *
 * @param linksGroup whose programs may read the key that hosts speak to each other with
 */
public record IdentityConfig(Path directory, String linksGroup) {

    public static IdentityConfig from(Settings settings) {
        return new IdentityConfig(
                settings.parsed(
                        "identity.directory",
                        "directory that `datacapsule-agent join` puts keys, certificates and settings of the fleet into",
                        "/etc/datacapsule/identity",
                        Path::of),
                settings.text(
                        "identity.links-group",
                        "group of QEMU's user, which must be able to read the key of links to other hosts",
                        "libvirt-qemu"));
    }

    /** Settings that all hosts of the fleet have; what the agent's configuration says itself comes before. */
    public Path settings() {
        return directory.resolve("joined.yaml");
    }
}

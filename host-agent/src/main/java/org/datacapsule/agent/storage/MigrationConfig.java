package org.datacapsule.agent.storage;

import java.nio.file.Path;
import java.util.Optional;
import org.datacapsule.common.config.Settings;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/**
 * How capsules come to this host from others and leave it for them.
 *
 * @param address of this host on the network between hosts; every connection there is TLS with certificates on both sides
 * @param tlsDirectory ca-cert.pem, server-cert.pem, server-key.pem, client-cert.pem and client-key.pem, as QEMU's
 *     tls-creds-x509 has them; a host without them takes no part in migrations
 * @param firstPort the first port that files are taken at
 * @param portCount how many there are
 */
public record MigrationConfig(String address, Optional<Path> tlsDirectory, int firstPort, int portCount) {

    /** @param hostAddress under which users reach the host */
    public static MigrationConfig from(Settings settings, String hostAddress) {
        String directory = settings.text(
                "migration.tls-directory",
                "directory with ca-cert.pem, server-cert.pem, server-key.pem, client-cert.pem and client-key.pem; without"
                        + " them capsules neither come here from other hosts nor leave",
                "");
        return new MigrationConfig(
                settings.text(
                        "migration.address",
                        "IP address of this host on the network between hosts; the certificate is for it",
                        hostAddress),
                directory.isEmpty() ? Optional.empty() : Optional.of(Path.of(directory)),
                settings.integer(
                        "migration.first-port", "first of the TCP ports that files are taken at", 49_300, 1024, 65_535),
                settings.integer("migration.port-count", "how many of them there are", 64, 2, 1000));
    }

    /** libvirt's address for other hosts. */
    public String libvirtUri() {
        return "qemu+tls://" + address + "/system";
    }

    Path requireTls() {
        return tlsDirectory.orElseThrow(() -> new ProblemException(
                ErrorCode.HOST_CANNOT_MIGRATE,
                "This host has no certificates for connections between hosts: set migration.tls-directory in its"
                        + " agent's configuration."));
    }
}

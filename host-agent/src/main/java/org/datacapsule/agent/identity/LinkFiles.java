package org.datacapsule.agent.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.datacapsule.common.certificate.Certificates;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.certificate.RevocationList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory for libvirt and QEMU, which look for the same things under names of their own. It is a link to one in which keys and
 * certificates are never changed, so that nobody ever reads the certificate of one key beside another key. The list of those that
 * are revoked is the authority's and fits any of its keys; it alone is.
 */
final class LinkFiles {
    private static final Logger LOG = LoggerFactory.getLogger(LinkFiles.class);
    private static final String FOR_THE_GROUP = "rw-r-----";
    private static final List<String> CERTIFICATES =
            List.of("server-cert.pem", "client-cert.pem", "servercert.pem", "clientcert.pem");
    private static final List<String> KEYS =
            List.of("server-key.pem", "client-key.pem", "serverkey.pem", "clientkey.pem");
    private static final List<String> AUTHORITIES = List.of("ca-cert.pem", "cacert.pem");

    private static final List<String> REVOKED = List.of("ca-crl.pem", "cacrl.pem");

    private final Path directory;
    private final String group;

    LinkFiles(Path directory, String group) {
        this.directory = directory;
        this.group = group;
    }

    /** @param revoked where it is known */
    void install(Identity identity, Optional<RevocationList> revoked) throws IOException {
        Optional<GroupPrincipal> readers = readers();
        String name = directory.getFileName() + "-"
                + identity.certificate().getSerialNumber().toString(16);
        Path made = directory.resolveSibling(name);
        Files.createDirectories(made);
        for (String file : CERTIFICATES) {
            IdentityFiles.write(made.resolve(file), identity.certificatePem(), FOR_THE_GROUP, readers);
        }
        for (String file : AUTHORITIES) {
            IdentityFiles.write(made.resolve(file), identity.authorityPem(), FOR_THE_GROUP, readers);
        }
        for (String file : KEYS) {
            IdentityFiles.write(made.resolve(file), identity.keyPem(), FOR_THE_GROUP, readers);
        }
        if (revoked.isPresent()) {
            write(made, revoked.get(), readers);
        }
        if (readers.isPresent()) {
            Files.setAttribute(made, "posix:group", readers.get());
        }
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-x---"));
        Path link = directory.resolveSibling(directory.getFileName() + ".new");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, Path.of(name));
        Files.move(link, directory, StandardCopyOption.ATOMIC_MOVE);
        removeOthers(made);
    }

    /** Whose certificates are taken, and whose lists. */
    X509Certificate authority() throws IOException {
        Path file = directory.resolve(AUTHORITIES.getFirst());
        try {
            return Certificates.parse(Files.readString(file, StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is not usable: " + e.getMessage(), e);
        }
    }

    /** Puts the list in the place of the one before. */
    void revoke(RevocationList revoked) throws IOException {
        write(directory.toRealPath(), revoked, readers());
    }

    private static void write(Path into, RevocationList revoked, Optional<GroupPrincipal> readers) throws IOException {
        for (String file : REVOKED) {
            IdentityFiles.write(into.resolve(file), revoked.pem(), FOR_THE_GROUP, readers);
        }
    }

    private Optional<GroupPrincipal> readers() throws IOException {
        try {
            return Optional.of(
                    directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group));
        } catch (UserPrincipalNotFoundException e) {
            LOG.atWarn()
                    .log(
                            "there is no group {} (identity.links-group), so QEMU cannot read its key and capsules cannot move here",
                            group);
            return Optional.empty();
        }
    }

    private void removeOthers(Path made) throws IOException {
        List<Path> others;
        try (Stream<Path> siblings = Files.list(made.resolveSibling(""))) {
            others = siblings.filter(path -> path.getFileName().toString().startsWith(directory.getFileName() + "-"))
                    .filter(path -> !path.equals(made))
                    .toList();
        }
        for (Path other : others) {
            try (Stream<Path> files = Files.list(other)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(other);
        }
    }
}

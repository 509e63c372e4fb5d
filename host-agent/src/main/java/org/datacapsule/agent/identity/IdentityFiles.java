package org.datacapsule.agent.identity;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.datacapsule.common.certificate.Certificates;
import org.datacapsule.common.certificate.EllipticKeys;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.wire.Enrolment;
import org.datacapsule.common.wire.Revocations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of {@link IdentityConfig#directory}:
 *
 * <ul>
 *   <li>{@code host.pem}: key, certificate and authority, for root only; with it the host signs what it reports;
 *   <li>{@code links}: what libvirt and QEMU speak to other hosts with, under the names that they look for;
 *   <li>{@code revoked.pem}: whose certificates are not good any more, the list of members and that of links;
 *   <li>{@code revoked-read}: the number of those lists that libvirtd has read beside the present certificates;
 *   <li>{@code joined.yaml} and {@code commands-N.pub.pem}: what all hosts of the fleet are told;
 *   <li>{@code pending-….pem}: keys of a join that has no answer yet.
 * </ul>
 *
 * Each appears whole, and {@code host.pem} last.
 */
public final class IdentityFiles {
    private static final Logger LOG = LoggerFactory.getLogger(IdentityFiles.class);
    private static final String PRIVATE = "rw-------";
    private static final String PUBLIC = "rw-r--r--";

    private final IdentityConfig config;
    private final Path directory;

    public IdentityFiles(IdentityConfig config) {
        this.config = config;
        this.directory = config.directory().toAbsolutePath().normalize();
    }

    /**
     * What this host has.
     *
     * @throws IOException when it has not joined, or its files are not usable
     */
    public Identity read() throws IOException {
        if (!Files.exists(host())) {
            throw new IOException("this host has not joined: there is no " + host()
                    + ". Get a join token (POST /v1/hosts/join-tokens) and run datacapsule-agent join");
        }
        return Identity.read(host());
    }

    /** The keys that a join was begun with and has no answer to, or new ones. */
    KeyRequest pending(String which, KeyRequest fresh) throws IOException {
        Path file = pendingFile(which);
        if (Files.exists(file)) {
            String text = Files.readString(file, StandardCharsets.US_ASCII);
            try {
                int end = text.indexOf("-----BEGIN CERTIFICATE REQUEST-----");
                return new KeyRequest(EllipticKeys.parsePrivate(text), text.substring(Math.max(end, 0)));
            } catch (IllegalArgumentException e) {
                throw new IOException(file + " is not usable: " + e.getMessage() + "; remove it", e);
            }
        }
        makeDirectory();
        write(file, EllipticKeys.pem(fresh.key()) + fresh.request(), PRIVATE);
        return fresh;
    }

    /**
     * Puts what a router answered in the place of what there was.
     *
     * @throws IllegalArgumentException when the certificates are not for these keys
     */
    public synchronized void install(Enrolment enrolment, KeyRequest host, KeyRequest links) throws IOException {
        Identity identity = new Identity(
                host.key(), Certificates.parse(enrolment.certificate()), Certificates.parse(enrolment.authority()));
        Identity link = new Identity(
                links.key(),
                Certificates.parse(enrolment.linkCertificate()),
                Certificates.parse(enrolment.linkAuthority()));
        Optional<RevokedCertificates> revoked = newest(
                enrolment
                        .revocations()
                        .map(said -> RevokedCertificates.check(said, identity.authority(), link.authority())),
                revoked(identity.authority(), link.authority()));
        makeDirectory();
        links().install(link, revoked.map(RevokedCertificates::links));
        if (revoked.isPresent()) {
            write(revokedFile(), revoked.get().pem(), PUBLIC);
        } else {
            Files.deleteIfExists(revokedFile());
        }
        Files.deleteIfExists(readFile());
        write(config.settings(), settings(enrolment), PUBLIC);
        write(host(), identity.pem(), PRIVATE);
        Files.deleteIfExists(pendingFile("host"));
        Files.deleteIfExists(pendingFile("links"));
    }

    /** Whose calls this host does not take; empty where no router of its fleet has told it. */
    public synchronized Optional<RevokedCertificates> revoked() throws IOException {
        return revoked(read().authority(), links().authority());
    }

    /**
     * Puts these in the place of those there are, unless these are older; answers those that are there then.
     *
     * @throws IllegalArgumentException when they are not of the authorities that this host's certificates are of
     */
    synchronized RevokedCertificates keep(Revocations said) throws IOException {
        X509Certificate members = read().authority();
        X509Certificate links = links().authority();
        RevokedCertificates given = RevokedCertificates.check(said, members, links);
        RevokedCertificates newest =
                newest(Optional.of(given), revoked(members, links)).orElseThrow();
        links().revoke(newest.links());
        write(revokedFile(), newest.pem(), PUBLIC);
        return newest;
    }

    /** The number of the lists that all on this host have read; 0 where that is not known. */
    synchronized long numberRead() throws IOException {
        long kept = revoked().map(RevokedCertificates::number).orElse(0L);
        String read = Files.exists(readFile()) ? Files.readString(readFile(), StandardCharsets.US_ASCII) : "";
        return read.equals(Long.toString(kept)) ? kept : 0;
    }

    /** All have read the lists of this number. */
    synchronized void noteRead(long number) throws IOException {
        write(readFile(), Long.toString(number), PUBLIC);
    }

    private static Optional<RevokedCertificates> newest(
            Optional<RevokedCertificates> given, Optional<RevokedCertificates> kept) {
        return Stream.concat(given.stream(), kept.stream()).max(Comparator.comparingLong(RevokedCertificates::number));
    }

    /** What is there of another fleet, or damaged, is not of this one: a router tells it anew. */
    private Optional<RevokedCertificates> revoked(X509Certificate members, X509Certificate links) throws IOException {
        if (!Files.exists(revokedFile())) {
            return Optional.empty();
        }
        try {
            return Optional.of(RevokedCertificates.parse(
                    Files.readString(revokedFile(), StandardCharsets.US_ASCII), members, links));
        } catch (IllegalArgumentException e) {
            LOG.atWarn().log("{} is not used: {}", revokedFile(), e.getMessage());
            return Optional.empty();
        }
    }

    private String settings(Enrolment enrolment) throws IOException {
        List<String> commandKeys = new ArrayList<>();
        for (String key : enrolment.commandKeys()) {
            Path file = directory.resolve("commands-" + (commandKeys.size() + 1) + ".pub.pem");
            write(file, key, PUBLIC);
            commandKeys.add(file.toString());
        }
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("bus", Map.of("routers", enrolment.routers()));
        settings.put("network", Map.of("guests", enrolment.guests()));
        settings.put("router", Map.of("command-keys", commandKeys));
        settings.put(
                "migration", Map.of("tls-directory", directory.resolve("links").toString()));
        return "# Written when this host joined, and at each renewal; the agent's own configuration comes before it.\n"
                + new YAMLMapper().writeValueAsString(settings);
    }

    private void makeDirectory() throws IOException {
        // QEMU's user walks through it to the links.
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
    }

    private Path host() {
        return directory.resolve("host.pem");
    }

    private Path revokedFile() {
        return directory.resolve("revoked.pem");
    }

    private Path readFile() {
        return directory.resolve("revoked-read");
    }

    private LinkFiles links() {
        return new LinkFiles(directory.resolve("links"), config.linksGroup());
    }

    private Path pendingFile(String which) {
        return directory.resolve("pending-" + which + ".pem");
    }

    static void write(Path file, String text, String permissions) throws IOException {
        write(file, text, permissions, Optional.empty());
    }

    /** The file appears whole, with its permissions. */
    static void write(Path file, String text, String permissions, Optional<GroupPrincipal> group) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(unfinished);
        Files.createFile(unfinished, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE)));
        Files.writeString(unfinished, text, StandardCharsets.UTF_8);
        if (group.isPresent()) {
            Files.setAttribute(unfinished, "posix:group", group.get());
        }
        Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString(permissions));
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }
}

package org.datacapsule.router.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.datacapsule.common.certificate.Authority;
import org.datacapsule.common.certificate.Certificates;

/**
 * The two authorities of a fleet. QEMU must be able to read the key it speaks to other hosts with, so that is one of another
 * authority than the key a host speaks to routers with: who breaks out into QEMU gets nowhere on the bus.
 *
 * @param members of the bus: routers and agents
 * @param links between hosts: libvirt and QEMU
 */
public record Authorities(Authority members, Authority links) {
    private static final Duration LIFE = Duration.ofDays(20 * 365);
    private static final String MEMBERS = "members";
    private static final String LINKS = "links";

    /**
     * Reads them.
     *
     * @throws IOException when they are not all there and usable, saying what to do
     */
    public static Authorities open(AuthorityConfig config) throws IOException {
        if (!Files.exists(config.directory())) {
            if (!config.development()) {
                throw new IOException("authority.directory: there is no " + config.directory()
                        + "; make it once with: datacapsule-router authority init --directory " + config.directory()
                        + " and copy it to every router");
            }
            make(config.directory());
        }
        return read(config.directory());
    }

    /** @throws IOException when one of the four files is missing, or they do not belong together */
    public static Authorities read(Path directory) throws IOException {
        return new Authorities(read(directory, MEMBERS), read(directory, LINKS));
    }

    /**
     * Makes new ones, all files at once; where another process was faster, its are left as they are.
     *
     * @throws IOException when they cannot be written
     */
    public static void make(Path directory) throws IOException {
        Path whole = directory.toAbsolutePath();
        Files.createDirectories(whole.resolveSibling(""));
        Path unfinished = Files.createTempDirectory(
                whole.resolveSibling(""),
                whole.getFileName() + ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        for (String name : new String[] {MEMBERS, LINKS}) {
            write(unfinished, name, Authority.make("datacapsule " + name, Instant.now(), LIFE));
        }
        try {
            Files.move(unfinished, whole, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            for (String name : new String[] {MEMBERS, LINKS}) {
                Files.deleteIfExists(key(unfinished, name));
                Files.deleteIfExists(certificate(unfinished, name));
            }
            Files.deleteIfExists(unfinished);
            if (!Files.isDirectory(whole)) {
                throw e;
            }
        }
    }

    private static void write(Path directory, String name, Authority authority) throws IOException {
        Files.createFile(
                key(directory, name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(key(directory, name), authority.keyPem());
        Files.writeString(certificate(directory, name), Certificates.pem(authority.certificate()));
    }

    private static Authority read(Path directory, String name) throws IOException {
        return Authority.read(key(directory, name), certificate(directory, name));
    }

    private static Path key(Path directory, String name) {
        return directory.resolve(name + ".key.pem");
    }

    private static Path certificate(Path directory, String name) {
        return directory.resolve(name + ".pem");
    }
}

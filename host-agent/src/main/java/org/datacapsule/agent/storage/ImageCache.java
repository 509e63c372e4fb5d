package org.datacapsule.agent.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.datacapsule.agent.hypervisor.ImageShelf;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The image files of this host, each named by the hash of its bytes. A file counts only once its bytes were hashed, and
 * for as long as its size, its time of change and its inode stay what they were then. That is kept in a file beside it, so
 * that an agent that was started anew has its images at once.
 */
public final class ImageCache implements ImageShelf {
    private static final Logger LOG = LoggerFactory.getLogger(ImageCache.class);
    static final String SUFFIX = ".qcow2";
    private static final String STAMP_SUFFIX = ".verified";
    private static final int BUFFER = 1 << 20;

    private final Path directory;
    private final Overlay overlay;
    private final Supplier<Set<Sha256>> needed;
    private final FetchedImages fetched;
    private final Map<Sha256, Stamp> verified = new ConcurrentHashMap<>();
    private final Map<Sha256, Stamp> refused = new ConcurrentHashMap<>();
    /** One file is hashed at a time, so that a full cache does not take the disk from the guests. */
    private final ReentrantLock hashing = new ReentrantLock();

    private record Stamp(long size, long changed, String file) {
        String text() {
            return size + " " + changed + " " + file;
        }
    }

    /** @param needed what files of capsules lie on */
    public ImageCache(Path directory, ProgramRunner programs, Supplier<Set<Sha256>> needed) {
        this(directory, new Overlay(programs), needed);
    }

    ImageCache(Path directory, Overlay overlay, Supplier<Set<Sha256>> needed) {
        this.directory = directory;
        this.overlay = overlay;
        this.needed = needed;
        this.fetched = new FetchedImages(directory);
    }

    @Override
    public Path directory() {
        return directory;
    }

    /** Files not looked at yet are hashed in the background and listed next time. */
    @Override
    public Set<Sha256> verified() {
        Set<Sha256> answer = new TreeSet<>((left, right) -> left.hex().compareTo(right.hex()));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path file : files) {
                name(file).ifPresent(image -> {
                    if (isVerified(image)) {
                        answer.add(image);
                    } else if (!isKnown(refused, image) && !hashing.isLocked()) {
                        Thread.ofVirtual().name("hash-image").start(() -> verify(image));
                    }
                });
            }
            return answer;
        } catch (IOException e) {
            throw Failures.of("reading the image cache", e);
        }
    }

    @Override
    public Optional<Path> file(Sha256 image) {
        return isVerified(image) ? Optional.of(path(image)) : Optional.empty();
    }

    @Override
    public boolean has(Sha256 image) {
        return isVerified(image) || (!isKnown(refused, image) && verify(image));
    }

    @Override
    public Path unfinished(Sha256 image) {
        return fetched.unfinished(image);
    }

    @Override
    public void take(Sha256 image) {
        Path unfinished = fetched.unfinished(image);
        try {
            if (isVerified(image)) {
                Files.deleteIfExists(unfinished);
                return;
            }
            overlay.requireStandalone(unfinished);
            Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("r--r--r--"));
            fetched.came(image);
            place(unfinished, image);
        } catch (IOException e) {
            throw Failures.of("taking in a fetched image", e);
        }
    }

    @Override
    public void used(Sha256 image) {
        fetched.used(image);
    }

    @Override
    public List<Sha256> fetched() {
        return fetched.leastRecentlyUsedFirst().stream()
                .filter(image -> Files.exists(path(image)))
                .toList();
    }

    @Override
    public long bytes() {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            long bytes = 0;
            for (Path file : files) {
                bytes += Files.size(file);
            }
            return bytes;
        } catch (IOException e) {
            throw Failures.of("reading the image cache", e);
        }
    }

    @Override
    public Set<Sha256> needed() {
        return needed.get();
    }

    @Override
    public void evict(Sha256 image) {
        remove(image);
        fetched.wentForRoom(image);
    }

    @Override
    public Set<Sha256> evicted() {
        return fetched.goneForRoom();
    }

    @Override
    public void remove(Sha256 image) {
        try {
            Files.deleteIfExists(path(image));
            Files.deleteIfExists(stampFile(image));
        } catch (IOException e) {
            throw Failures.of("removing an image", e);
        }
        verified.remove(image);
        fetched.forget(image);
    }

    @Override
    public void dropUnfinished(Set<Sha256> but) {
        fetched.dropUnfinished(but);
    }

    @Override
    public void verifyAgain(Sha256 image) {
        try {
            Files.deleteIfExists(stampFile(image));
        } catch (IOException e) {
            throw Failures.of("verifying an image again", e);
        }
        verified.remove(image);
        boolean unused = verify(image);
    }

    /** The file of an image, verified now if it was not before. */
    Path require(Sha256 image) {
        if (!isVerified(image) && !verify(image)) {
            throw new ProblemException(
                    ErrorCode.HOST_IMAGE_MISSING,
                    "image " + image + " is not on this host, or its file is damaged; copy it there again");
        }
        return path(image);
    }

    /**
     * What a file of this very cache holds; empty for any other file.
     *
     * @throws ProblemException when it does not hold what its name says
     */
    Optional<Sha256> named(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        try {
            if (parent == null || !Files.isDirectory(parent) || !Files.isSameFile(parent, directory)) {
                return Optional.empty();
            }
        } catch (IOException e) {
            throw Failures.of("looking for the image", e);
        }
        Optional<Sha256> image = name(file);
        image.ifPresent(this::require);
        return image;
    }

    /** Copies a file in under the name of its hash. */
    public Sha256 add(Path source) {
        Path temporary = directory.resolve(".import-" + UUID.randomUUID());
        try {
            Files.createDirectories(directory);
            Sha256 image = copy(source, temporary);
            overlay.requireStandalone(temporary);
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("r--r--r--"));
            // It may be the only copy there is.
            fetched.forget(image);
            place(temporary, image);
            return image;
        } catch (NoSuchFileException e) {
            throw new ProblemException(ErrorCode.HOST_IMAGE_MISSING, "there is no such image file to import");
        } catch (IOException e) {
            throw Failures.of("importing the image", e);
        } finally {
            discard(temporary);
        }
    }

    /** Takes in a file that was made here and has this hash; it may be the only copy there is, so it does not go for room. */
    void takeMade(Path file, Sha256 image) {
        try {
            if (isVerified(image)) {
                fetched.forget(image);
                Files.deleteIfExists(file);
                return;
            }
            overlay.requireStandalone(file);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
            fetched.forget(image);
            place(file, image);
        } catch (IOException e) {
            throw Failures.of("taking in an image made of a capsule's disk", e);
        }
    }

    private void place(Path verifiedFile, Sha256 image) throws IOException {
        Files.move(verifiedFile, path(image), StandardCopyOption.ATOMIC_MOVE);
        keep(image, stamp(path(image)));
        refused.remove(image);
    }

    private boolean verify(Sha256 image) {
        hashing.lock();
        try {
            if (isVerified(image)) {
                return true;
            }
            Stamp before = stamp(path(image));
            Sha256 found = hash(path(image));
            if (!found.equals(image)) {
                refused.put(image, before);
                LOG.atError().addKeyValue("image", image).log("image file is damaged and will not be used");
                return false;
            }
            keep(image, before);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw Failures.of("reading an image", e);
        } finally {
            hashing.unlock();
        }
    }

    private boolean isVerified(Sha256 image) {
        return isKnown(verified, image) || wasVerifiedBefore(image);
    }

    private boolean wasVerifiedBefore(Sha256 image) {
        try {
            Stamp now = stamp(path(image));
            boolean unchanged = Files.readString(stampFile(image)).equals(now.text());
            if (unchanged) {
                verified.put(image, now);
            }
            return unchanged;
        } catch (IOException e) {
            return false;
        }
    }

    private void keep(Sha256 image, Stamp stamp) throws IOException {
        verified.put(image, stamp);
        Path temporary = directory.resolve(".stamp-" + UUID.randomUUID());
        try {
            Files.writeString(temporary, stamp.text());
            Files.move(temporary, stampFile(image), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            discard(temporary);
        }
    }

    private Path stampFile(Sha256 image) {
        return directory.resolve(image.hex() + STAMP_SUFFIX);
    }

    private boolean isKnown(Map<Sha256, Stamp> among, Sha256 image) {
        Stamp known = among.get(image);
        try {
            return known != null && known.equals(stamp(path(image)));
        } catch (IOException e) {
            return false;
        }
    }

    private Path path(Sha256 image) {
        return directory.resolve(image.hex() + SUFFIX);
    }

    private static Optional<Sha256> name(Path file) {
        return Bases.image(file.getFileName().toString());
    }

    private static Stamp stamp(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(
                attributes.size(), attributes.lastModifiedTime().toMillis(), String.valueOf(attributes.fileKey()));
    }

    static Sha256 hash(Path file) throws IOException {
        MessageDigest digest = sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            byte[] buffer = new byte[BUFFER];
            while (in.read(buffer) >= 0) {
                // the digest takes it
            }
        }
        return new Sha256(HexFormat.of().formatHex(digest.digest()));
    }

    private static Sha256 copy(Path source, Path target) throws IOException {
        MessageDigest digest = sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(source), digest);
                OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
            byte[] buffer = new byte[BUFFER];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
            }
        }
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        return new Sha256(HexFormat.of().formatHex(digest.digest()));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static void discard(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("a half imported image is left in the cache");
        }
    }
}

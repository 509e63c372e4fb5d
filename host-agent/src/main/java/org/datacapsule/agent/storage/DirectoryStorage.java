package org.datacapsule.agent.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.apache.commons.codec.digest.Sha2Crypt;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.ImageShelf;
import org.datacapsule.agent.hypervisor.MoveWatch;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.id.SnapshotId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Departure.SentFile;
import org.datacapsule.common.wire.Landing;
import org.datacapsule.common.wire.Login;
import org.datacapsule.common.wire.MadeImage;
import org.datacapsule.common.wire.MadeSnapshot;
import org.datacapsule.common.wire.MovedFile;
import org.datacapsule.common.wire.SecureVolume;
import org.datacapsule.common.wire.SetAside;
import org.datacapsule.common.wire.WireJson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Capsules as directories of a local file system. */
public final class DirectoryStorage implements CapsuleStorage {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryStorage.class);
    static final String DISK = "disk.qcow2";
    private static final String SEED = "seed.img";
    private static final String SECURE_OVERLAY = "secure.qcow2";
    private static final String CHECKPOINT = "checkpoint.save";
    private static final String EVIDENCE = "evidence.json";
    private static final String SPEC = "spec.json";
    private static final String LOGIN = "login.sealed";
    private static final String VOLUME = "volume.qcow2";
    private static final String AWAITED = "awaited";
    private static final String LEAVING = "leaving";
    private static final String SEED_TEXTS = "seed.texts";
    private static final String UNFINISHED = ".new";
    private static final String SALT_LETTERS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int SALT_LENGTH = 16;
    private static final long GIB = 1L << 30;
    private static final int MIB_PER_GIB = 1024;

    private final Path capsules;
    private final Path releases;
    private final GuardedFiles files;
    private final Overlay overlay;
    private final SeedDisk seedDisk;
    private final ImageCache images;
    private final MadeImages madeImages;
    private final Snapshots snapshots;
    private final Volumes volumes;
    private final Arrivals arrivals;
    private final Departures departures;
    private final KeptFiles keptFiles;
    private final Optional<StoragePool> pool;
    private final SecureRandom random = new SecureRandom();

    /**
     * Makes its directories where they are missing.
     *
     * @param qemuGroup numeric group QEMU runs with, as libvirt's capabilities name it; 0 where QEMU runs as root. It may
     *     pass through a capsule's directory and open what is in it; only root may change the directory, so that a QEMU
     *     somebody broke out of cannot put a link where the agent writes.
     * @throws ProblemException when they cannot be made
     */
    public DirectoryStorage(StorageConfig config, MigrationConfig migration, int qemuGroup, ProgramRunner programs) {
        this.capsules = config.capsules();
        this.releases = config.releases();
        this.files = new GuardedFiles(qemuGroup);
        this.overlay = new Overlay(programs);
        this.seedDisk = new SeedDisk(programs);
        Bases bases = new Bases(List.of(config.capsules(), config.setAside()));
        this.images = new ImageCache(config.images(), overlay, bases::all);
        this.madeImages = new MadeImages(images, overlay, files);
        this.snapshots = new Snapshots(images, overlay);
        this.arrivals = new Arrivals(migration, programs, files);
        this.departures = new Departures(migration, programs);
        this.keptFiles = new KeptFiles(config.setAside(), files);
        this.pool = config.pool();
        this.volumes = new Volumes(new VolumeMaker(programs, files));
        try {
            // QEMU must pass through these, whatever umask the agent runs with; a list of all capsules it needs not.
            makeDirectory(config.capsules(), "rwx--x--x");
            makeDirectory(config.images(), "rwxr-xr-x");
            files.makeDirectory(config.releases());
            makeDirectory(config.setAside(), "rwx------");
        } catch (IOException e) {
            throw Failures.of("making the storage directories", e);
        }
    }

    @Override
    public void createDisk(CapsuleSpec spec, Sha256 image) {
        if (hasDisk(spec.id())) {
            return;
        }
        Path base = images.require(image);
        Path unfinished = directory(spec.id()).resolve(DISK + UNFINISHED);
        try {
            files.makeDirectory(directory(spec.id()));
            files.makeFile(unfinished);
            overlay.create(unfinished, base, spec.diskGb());
            files.writable(unfinished);
            Files.move(unfinished, disk(spec.id()), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw Failures.of("making the capsule's disk", e);
        }
    }

    @Override
    public void keepImage(CapsuleId capsule, Sha256 image) {
        try {
            files.makeDirectory(directory(capsule));
        } catch (IOException e) {
            throw Failures.of("making room for the capsule's files", e);
        }
        keep(capsule, Bases.NOTE, image.hex());
    }

    /** The image files. */
    public ImageShelf shelf() {
        return images;
    }

    @Override
    public boolean hasDisk(CapsuleId capsule) {
        return Files.isRegularFile(disk(capsule));
    }

    @Override
    public Path disk(CapsuleId capsule) {
        return directory(capsule).resolve(DISK);
    }

    @Override
    public void keepSpec(CapsuleSpec spec) {
        if (!spec(spec.id()).equals(Optional.of(spec))) {
            keep(spec.id(), SPEC, WireJson.text(spec));
        }
    }

    @Override
    public Optional<CapsuleSpec> spec(CapsuleId capsule) {
        try {
            return kept(capsule, SPEC).map(text -> WireJson.read(text, CapsuleSpec.class));
        } catch (IllegalArgumentException e) {
            LOG.atWarn().setCause(e).addKeyValue("capsuleId", capsule).log("how the capsule is made cannot be read");
            return Optional.empty();
        }
    }

    @Override
    public void keepLogin(CapsuleId capsule, String sealed) {
        keep(capsule, LOGIN, sealed);
    }

    @Override
    public Optional<String> login(CapsuleId capsule) {
        return kept(capsule, LOGIN);
    }

    @Override
    public Path writeSeed(CapsuleSpec spec, Login login, SortedMap<String, String> names) {
        Path directory = directory(spec.id());
        if (!Files.isDirectory(directory)) {
            throw new ProblemException(
                    ErrorCode.HOST_CAPSULE_MISSING,
                    "the host has no files of capsule " + spec.id() + "; create it first");
        }
        Seed seed = Seed.of(spec.id(), login, hash(login.password()), names);
        Path unfinished = directory.resolve(SEED + UNFINISHED);
        Path target = directory.resolve(SEED);
        Path texts = directory.resolve(SEED_TEXTS);
        try {
            files.makeFile(unfinished);
            files.makePrivateDirectory(texts);
            try {
                seedDisk.write(unfinished, seed, texts);
            } finally {
                files.deleteTree(texts);
            }
            files.readable(unfinished);
            return Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw Failures.of("writing the capsule's seed", e);
        }
    }

    @Override
    public void prepareVolume(CapsuleId capsule, SecureVolume volume) {
        volumes.prepare(capsule, directory(capsule).resolve(VOLUME), volume);
    }

    @Override
    public void abandonVolume(CapsuleId capsule) {
        volumes.cancel(capsule);
    }

    @Override
    public Path volume(CapsuleId capsule, SecureVolume volume) {
        Path file = directory(capsule).resolve(VOLUME);
        volumes.require(capsule, file, volume);
        return file;
    }

    @Override
    public Path makeSecureOverlay(CapsuleId capsule) {
        Path file = directory(capsule).resolve(SECURE_OVERLAY);
        try {
            files.makeFile(file);
            overlay.createOn(file, disk(capsule));
            files.writable(file);
            return file;
        } catch (IOException e) {
            throw Failures.of("making the overlay of secure mode", e);
        }
    }

    @Override
    public Path makeArrivingVolume(CapsuleId capsule, SecureVolume volume) {
        Path file = directory(capsule).resolve(VOLUME);
        volumes.makeEmpty(capsule, file, volume);
        return file;
    }

    @Override
    public boolean hasSecureOverlay(CapsuleId capsule) {
        return Files.exists(directory(capsule).resolve(SECURE_OVERLAY));
    }

    @Override
    public Path checkpoint(CapsuleId capsule) {
        return directory(capsule).resolve(CHECKPOINT);
    }

    @Override
    public boolean hasCheckpoint(CapsuleId capsule) {
        return Files.isRegularFile(checkpoint(capsule));
    }

    @Override
    public Path releaseSocket(CapsuleId capsule) {
        return releases.resolve(capsule.toString());
    }

    @Override
    public void keepEvidence(CapsuleId capsule, String evidence) {
        keep(capsule, EVIDENCE, evidence);
    }

    @Override
    public Optional<String> evidence(CapsuleId capsule) {
        return kept(capsule, EVIDENCE);
    }

    @Override
    public void awaitGuest(CapsuleId capsule) {
        keep(capsule, AWAITED, "");
    }

    @Override
    public void welcome(CapsuleId capsule) {
        drop(capsule, AWAITED);
    }

    @Override
    public boolean isAwaited(CapsuleId capsule) {
        return Files.exists(directory(capsule).resolve(AWAITED));
    }

    @Override
    public void markLeaving(CapsuleId capsule) {
        keep(capsule, LEAVING, "");
    }

    @Override
    public void unmarkLeaving(CapsuleId capsule) {
        drop(capsule, LEAVING);
    }

    @Override
    public boolean isLeaving(CapsuleId capsule) {
        return Files.exists(directory(capsule).resolve(LEAVING));
    }

    private void keep(CapsuleId capsule, String name, String content) {
        Path unfinished = directory(capsule).resolve(name + UNFINISHED);
        try {
            files.makeFile(unfinished);
            try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
                channel.force(true);
            }
            Files.move(unfinished, directory(capsule).resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw Failures.of("keeping " + name, e);
        }
    }

    private Optional<String> kept(CapsuleId capsule, String name) {
        try {
            return Optional.of(Files.readString(directory(capsule).resolve(name)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw Failures.of("reading " + name, e);
        }
    }

    @Override
    public void dropSecureOverlay(CapsuleId capsule) {
        deleteSocket(capsule);
        drop(capsule, SECURE_OVERLAY, EVIDENCE);
    }

    @Override
    public void dropSecure(CapsuleId capsule) {
        deleteSocket(capsule);
        drop(capsule, SECURE_OVERLAY, EVIDENCE, CHECKPOINT, AWAITED);
    }

    private void deleteSocket(CapsuleId capsule) {
        try {
            Files.deleteIfExists(releaseSocket(capsule));
        } catch (IOException e) {
            throw Failures.of("dropping a release channel", e);
        }
    }

    private void drop(CapsuleId capsule, String... names) {
        try {
            for (String name : names) {
                Files.deleteIfExists(directory(capsule).resolve(name));
            }
        } catch (IOException e) {
            throw Failures.of("dropping what is not needed any more", e);
        }
    }

    @Override
    public Map<MovedFile, Integer> expect(CapsuleSpec spec, Set<MovedFile> moved) {
        try {
            files.makeDirectory(directory(spec.id()));
            Map<MovedFile, Integer> ports = new EnumMap<>(MovedFile.class);
            for (MovedFile file : moved) {
                ports.put(file, arrivals.expect(file(spec.id(), file), largestGb(spec, file)));
            }
            return ports;
        } catch (IOException e) {
            throw Failures.of("making room for the capsule's files", e);
        }
    }

    private static int largestGb(CapsuleSpec spec, MovedFile file) {
        return switch (file) {
            case DISK -> Snapshots.largestGb(spec.diskGb());
            case VOLUME -> spec.diskGb();
            case CHECKPOINT -> spec.memoryMb() / MIB_PER_GIB;
        };
    }

    @Override
    public List<SentFile> send(
            CapsuleId capsule, Set<MovedFile> moved, Landing landing, int mebibytesPerSecond, MoveWatch watch) {
        volumes.cancel(capsule);
        List<SentFile> sent = new ArrayList<>();
        try {
            for (MovedFile file : moved) {
                if (Files.isRegularFile(file(capsule, file))) {
                    int port = Optional.ofNullable(landing.ports().get(file)).orElseThrow();
                    departures.send(file(capsule, file), landing.address(), port, mebibytesPerSecond, watch);
                    sent.add(Departures.describe(file, file(capsule, file)));
                }
            }
            return sent;
        } catch (IOException e) {
            throw Failures.of("sending the capsule's files", e);
        }
    }

    @Override
    public void accept(CapsuleId capsule, Sha256 image, List<SentFile> arrived) {
        try {
            for (MovedFile file : MovedFile.values()) {
                Path target = file(capsule, file);
                Optional<SentFile> sent =
                        arrived.stream().filter(it -> it.file() == file).findFirst();
                if (sent.isPresent()) {
                    arrivals.accept(target, sent.get(), file == MovedFile.DISK ? onto(image) : asItIs -> {});
                } else {
                    arrivals.drop(target);
                }
            }
        } catch (IOException e) {
            throw Failures.of("taking over the capsule's files", e);
        }
    }

    /** What it lies on has another path here, or another is written in it by who could write to it there. */
    private Consumer<Path> onto(Sha256 image) {
        Path base = images.require(image);
        return disk -> overlay.rebase(disk, base);
    }

    private Path file(CapsuleId capsule, MovedFile file) {
        return switch (file) {
            case DISK -> disk(capsule);
            case VOLUME -> directory(capsule).resolve(VOLUME);
            case CHECKPOINT -> checkpoint(capsule);
        };
    }

    @Override
    public long flattenedBytes(CapsuleId capsule, Sha256 base, Optional<SnapshotId> snapshot) {
        return madeImages.bytes(disk(capsule), base, inDisk(capsule, snapshot));
    }

    private Optional<String> inDisk(CapsuleId capsule, Optional<SnapshotId> snapshot) {
        return snapshot.map(it -> snapshots.require(disk(capsule), it));
    }

    @Override
    public MadeImage flatten(
            OperationId operation, CapsuleId capsule, Sha256 base, Optional<SnapshotId> snapshot, MoveWatch watch) {
        return madeImages.make(
                operation,
                capsule,
                disk(capsule),
                base,
                inDisk(capsule, snapshot),
                kept(capsule, MadeImages.NOTE),
                note -> keep(capsule, MadeImages.NOTE, note),
                watch);
    }

    @Override
    public void keepFlattened(CapsuleId capsule, MadeImage made) {
        madeImages.keep(capsule, made);
    }

    @Override
    public void dropFlattened(CapsuleId capsule) {
        drop(capsule, MadeImages.NOTE);
        madeImages.drop(capsule);
    }

    @Override
    public MadeSnapshot takeSnapshot(CapsuleId capsule, Sha256 base, SnapshotId snapshot, MoveWatch watch) {
        return snapshots.take(disk(capsule), base, snapshot, watch);
    }

    @Override
    public void revertToSnapshot(CapsuleId capsule, Sha256 base, SnapshotId snapshot, MoveWatch watch) {
        snapshots.revert(disk(capsule), base, snapshot, watch);
    }

    @Override
    public void deleteSnapshot(CapsuleId capsule, Sha256 base, SnapshotId snapshot, MoveWatch watch) {
        snapshots.delete(disk(capsule), base, snapshot, watch);
    }

    @Override
    public void delete(CapsuleId capsule) {
        volumes.cancel(capsule);
        madeImages.drop(capsule);
        for (MovedFile file : MovedFile.values()) {
            arrivals.close(file(capsule, file));
        }
        try {
            Files.deleteIfExists(releaseSocket(capsule));
            files.deleteTree(directory(capsule));
        } catch (IOException e) {
            throw Failures.of("deleting the capsule's files", e);
        }
    }

    @Override
    public void setAside(CapsuleId capsule, long generation) {
        volumes.cancel(capsule);
        madeImages.drop(capsule);
        for (MovedFile file : MovedFile.values()) {
            arrivals.close(file(capsule, file));
        }
        try {
            Files.deleteIfExists(releaseSocket(capsule));
        } catch (IOException e) {
            throw Failures.of("closing the release channel", e);
        }
        keptFiles.keep(directory(capsule), capsule, generation);
    }

    @Override
    public List<SetAside> setAside() {
        return keptFiles.all();
    }

    @Override
    public void discard(CapsuleId capsule, long generation) {
        keptFiles.discard(capsule, generation);
    }

    @Override
    public Optional<String> pool() {
        return pool.map(StoragePool::name);
    }

    @Override
    public void adopt(CapsuleId capsule, HostId from, Sha256 image) {
        StoragePool shared = pool.orElseThrow(() -> new ProblemException(
                ErrorCode.HOST_POOL_MISSING,
                "This host has no storage.pool, so it has no files of host " + from + "."));
        Path base = images.require(image);
        Path there = shared.of(from).resolve(StorageConfig.CAPSULES).resolve(capsule.toString());
        try {
            if (!hasDisk(capsule)) {
                if (!Files.isRegularFile(there.resolve(DISK))) {
                    throw new ProblemException(
                            ErrorCode.HOST_CAPSULE_MISSING,
                            "Storage pool " + shared.name() + " has no disk of the capsule where host " + from
                                    + " should have it.");
                }
                Files.move(there, directory(capsule), StandardCopyOption.ATOMIC_MOVE);
            }
            dropSecure(capsule);
            files.makeDirectory(directory(capsule));
            for (MovedFile file : MovedFile.values()) {
                if (Files.isRegularFile(file(capsule, file))) {
                    files.writable(file(capsule, file));
                }
            }
            overlay.rebase(disk(capsule), base);
        } catch (IOException e) {
            throw Failures.of("taking the capsule's files out of the shared storage", e);
        }
    }

    @Override
    public Set<CapsuleId> all() {
        Set<CapsuleId> found = new HashSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(capsules, Files::isDirectory)) {
            for (Path entry : entries) {
                try {
                    found.add(CapsuleId.parse(entry.getFileName().toString()));
                } catch (IllegalArgumentException e) {
                    // something an operator put there; not ours
                }
            }
            return found;
        } catch (IOException e) {
            throw Failures.of("listing the capsules", e);
        }
    }

    @Override
    public Set<Sha256> images() {
        return images.verified();
    }

    /**
     * Copies a standalone qcow2 file into the image cache, under the name of its hash.
     *
     * @throws ProblemException when it is no qcow2 file, or one that refers to other files
     */
    @Override
    public Sha256 importImage(Path file) {
        return images.named(file).orElseGet(() -> images.add(file));
    }

    @Override
    public int totalDiskGb() {
        try {
            return (int)
                    Math.min(Integer.MAX_VALUE, Files.getFileStore(capsules).getTotalSpace() / GIB);
        } catch (IOException e) {
            throw Failures.of("asking for the size of the storage", e);
        }
    }

    private static void makeDirectory(Path directory, String permissions) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(permissions));
    }

    private Path directory(CapsuleId capsule) {
        return capsules.resolve(capsule.toString());
    }

    private String hash(String password) {
        StringBuilder salt = new StringBuilder("$6$");
        for (int count = 0; count < SALT_LENGTH; count++) {
            salt.append(SALT_LETTERS.charAt(random.nextInt(SALT_LETTERS.length())));
        }
        return Sha2Crypt.sha512Crypt(password.getBytes(StandardCharsets.UTF_8), salt.toString());
    }
}

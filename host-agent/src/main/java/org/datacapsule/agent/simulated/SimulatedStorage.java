package org.datacapsule.agent.simulated;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.ImageShelf;
import org.datacapsule.agent.hypervisor.MoveWatch;
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

/** Disks that are entries in a set; its paths lead nowhere. */
public final class SimulatedStorage implements CapsuleStorage {
    private static final Path NOWHERE = Path.of("/nonexistent/simulated");

    private final Faults faults;
    private final int totalDiskGb;
    private final Set<Sha256> images = ConcurrentHashMap.newKeySet();
    private final Set<CapsuleId> disks = ConcurrentHashMap.newKeySet();
    private final Set<CapsuleId> volumes = ConcurrentHashMap.newKeySet();
    private final Set<CapsuleId> overlays = ConcurrentHashMap.newKeySet();
    private final Set<CapsuleId> checkpoints = ConcurrentHashMap.newKeySet();
    private final Map<String, SimulatedStorage> neighbours = new ConcurrentHashMap<>();
    private final Map<CapsuleId, Set<MovedFile>> arriving = new ConcurrentHashMap<>();
    private final Set<CapsuleId> awaited = ConcurrentHashMap.newKeySet();
    private final Set<CapsuleId> leaving = ConcurrentHashMap.newKeySet();
    private final Map<CapsuleId, String> evidence = new ConcurrentHashMap<>();
    private final Map<CapsuleId, CapsuleSpec> specs = new ConcurrentHashMap<>();
    private final Map<CapsuleId, String> logins = new ConcurrentHashMap<>();
    private final Set<SetAside> kept = ConcurrentHashMap.newKeySet();
    private final Map<HostId, SimulatedStorage> pooled = new ConcurrentHashMap<>();
    private final Map<CapsuleId, Sha256> bases = new ConcurrentHashMap<>();
    private final Map<CapsuleId, Flattened> flattened = new ConcurrentHashMap<>();
    private final Map<CapsuleId, Set<SnapshotId>> snapshots = new ConcurrentHashMap<>();
    private final Map<CapsuleId, SnapshotId> reverted = new ConcurrentHashMap<>();
    private final Set<SnapshotId> taintedSnapshots = ConcurrentHashMap.newKeySet();
    private final Set<Sha256> tainted = ConcurrentHashMap.newKeySet();
    private volatile Optional<String> sharedAs = Optional.empty();
    private volatile Optional<ImageShelf> shelf = Optional.empty();

    public SimulatedStorage(Faults faults, Set<Sha256> images, int totalDiskGb) {
        this.faults = faults;
        this.totalDiskGb = totalDiskGb;
        this.images.addAll(images);
    }

    public void addImage(Sha256 image) {
        images.add(image);
    }

    /** From now on its images are real files, of this shelf. */
    public void keepImagesOn(ImageShelf files) {
        shelf = Optional.of(files);
    }

    /** What disks lie on. */
    public Set<Sha256> neededImages() {
        return Set.copyOf(bases.values());
    }

    @Override
    public void keepImage(CapsuleId capsule, Sha256 image) {
        bases.put(capsule, image);
    }

    @Override
    public void createDisk(CapsuleSpec spec, Sha256 image) {
        faults.at("create-disk");
        if (!images().contains(image)) {
            throw new ProblemException(ErrorCode.HOST_IMAGE_MISSING, "The host does not have image " + image + ".");
        }
        if (disks.add(spec.id())) {
            bases.put(spec.id(), image);
            faults.done("create-disk", spec.id());
        }
    }

    /** Capsules whose files another host may write here. */
    public Set<CapsuleId> expected() {
        return Set.copyOf(arriving.keySet());
    }

    void meet(String libvirtUri, SimulatedStorage other) {
        neighbours.put(libvirtUri, other);
    }

    @Override
    public Map<MovedFile, Integer> expect(CapsuleSpec spec, Set<MovedFile> moved) {
        faults.at("expect");
        Map<MovedFile, Integer> ports = new EnumMap<>(MovedFile.class);
        moved.forEach(file -> ports.put(file, ports.size() + 1));
        arriving.put(spec.id(), ConcurrentHashMap.newKeySet());
        faults.done("expect", spec.id());
        return ports;
    }

    @Override
    public List<SentFile> send(
            CapsuleId capsule, Set<MovedFile> moved, Landing landing, int mebibytesPerSecond, MoveWatch watch) {
        faults.at("send");
        SimulatedStorage there = neighbours.get(landing.libvirtUri());
        Set<MovedFile> expected = there == null ? null : there.arriving.get(capsule);
        if (there == null || expected == null) {
            throw new ProblemException(ErrorCode.HOST_TOOL_FAILED, "Nobody expects the capsule's files there.");
        }
        List<SentFile> sent = new ArrayList<>();
        for (MovedFile file : moved) {
            if (files(file).contains(capsule)) {
                expected.add(file);
                if (file == MovedFile.DISK) {
                    there.inDisk(capsule).addAll(snapshots(capsule));
                }
                sent.add(new SentFile(file, 1, new Sha256("0".repeat(64))));
            }
        }
        faults.done("send", capsule);
        return sent;
    }

    @Override
    public void accept(CapsuleId capsule, Sha256 image, List<SentFile> arrived) {
        faults.at("accept");
        Set<MovedFile> here = arriving.getOrDefault(capsule, Set.of());
        for (SentFile file : arrived) {
            Set<CapsuleId> files = files(file.file());
            if (!here.contains(file.file()) && !files.contains(capsule)) {
                throw new ProblemException(ErrorCode.HOST_TRANSFER_DAMAGED, file.file() + " has not arrived.");
            }
            files.add(capsule);
        }
        arriving.remove(capsule);
        faults.done("accept", capsule);
    }

    private Set<CapsuleId> files(MovedFile file) {
        return switch (file) {
            case DISK -> disks;
            case VOLUME -> volumes;
            case CHECKPOINT -> checkpoints;
        };
    }

    @Override
    public void awaitGuest(CapsuleId capsule) {
        faults.at("await-guest");
        awaited.add(capsule);
    }

    @Override
    public void welcome(CapsuleId capsule) {
        faults.at("welcome");
        awaited.remove(capsule);
    }

    @Override
    public boolean isAwaited(CapsuleId capsule) {
        return awaited.contains(capsule);
    }

    @Override
    public void markLeaving(CapsuleId capsule) {
        faults.at("mark-leaving");
        leaving.add(capsule);
    }

    @Override
    public void unmarkLeaving(CapsuleId capsule) {
        faults.at("unmark-leaving");
        leaving.remove(capsule);
    }

    @Override
    public boolean isLeaving(CapsuleId capsule) {
        return leaving.contains(capsule);
    }

    /** Without a fault on the way. */
    boolean isThere(CapsuleId capsule) {
        return disks.contains(capsule);
    }

    @Override
    public boolean hasDisk(CapsuleId capsule) {
        faults.at("has-disk");
        return disks.contains(capsule);
    }

    @Override
    public Path disk(CapsuleId capsule) {
        return NOWHERE.resolve(capsule.toString()).resolve("disk.qcow2");
    }

    @Override
    public void keepSpec(CapsuleSpec spec) {
        faults.at("keep-spec");
        specs.put(spec.id(), spec);
    }

    @Override
    public Optional<CapsuleSpec> spec(CapsuleId capsule) {
        return Optional.ofNullable(specs.get(capsule));
    }

    @Override
    public void keepLogin(CapsuleId capsule, String sealed) {
        logins.put(capsule, sealed);
    }

    @Override
    public Optional<String> login(CapsuleId capsule) {
        return Optional.ofNullable(logins.get(capsule));
    }

    @Override
    public Path writeSeed(CapsuleSpec spec, Login login, SortedMap<String, String> names) {
        faults.at("write-seed");
        if (!disks.contains(spec.id()) && !arriving.containsKey(spec.id())) {
            throw new ProblemException(ErrorCode.HOST_CAPSULE_MISSING, "The host has no files of the capsule.");
        }
        return NOWHERE.resolve(spec.id().toString()).resolve("seed.iso");
    }

    @Override
    public void prepareVolume(CapsuleId capsule, SecureVolume volume) {
        volumes.add(capsule);
    }

    /** Here a volume is made as soon as it is begun. */
    @Override
    public void abandonVolume(CapsuleId capsule) {}

    @Override
    public Path volume(CapsuleId capsule, SecureVolume volume) {
        faults.at("volume");
        volumes.add(capsule);
        return in(capsule, "volume.qcow2");
    }

    @Override
    public Path makeArrivingVolume(CapsuleId capsule, SecureVolume volume) {
        return volume(capsule, volume);
    }

    /** Capsules that have a secure volume. */
    public Set<CapsuleId> volumes() {
        return Set.copyOf(volumes);
    }

    /** Capsules that have an overlay of secure mode, or a checkpoint. */
    public Set<CapsuleId> secure() {
        Set<CapsuleId> found = new HashSet<>(overlays);
        found.addAll(checkpoints);
        return found;
    }

    @Override
    public Path makeSecureOverlay(CapsuleId capsule) {
        faults.at("make-secure-overlay");
        overlays.add(capsule);
        // libvirt writes it together with what is read from this overlay on.
        checkpoints.add(capsule);
        return in(capsule, "secure.qcow2");
    }

    @Override
    public boolean hasSecureOverlay(CapsuleId capsule) {
        return overlays.contains(capsule);
    }

    @Override
    public Path checkpoint(CapsuleId capsule) {
        return in(capsule, "checkpoint.save");
    }

    @Override
    public boolean hasCheckpoint(CapsuleId capsule) {
        return checkpoints.contains(capsule);
    }

    @Override
    public Path releaseSocket(CapsuleId capsule) {
        return in(capsule, "release.sock");
    }

    @Override
    public void keepEvidence(CapsuleId capsule, String text) {
        faults.at("keep-evidence");
        evidence.put(capsule, text);
    }

    @Override
    public Optional<String> evidence(CapsuleId capsule) {
        return Optional.ofNullable(evidence.get(capsule));
    }

    @Override
    public void dropSecureOverlay(CapsuleId capsule) {
        faults.at("drop-secure-overlay");
        overlays.remove(capsule);
        evidence.remove(capsule);
    }

    @Override
    public void dropSecure(CapsuleId capsule) {
        faults.at("drop-secure");
        overlays.remove(capsule);
        evidence.remove(capsule);
        checkpoints.remove(capsule);
        awaited.remove(capsule);
    }

    private record Flattened(OperationId operation, MadeImage made) {}

    /** Images that were made while there was something of secure mode to get into them. */
    public Set<Sha256> taintedImages() {
        return Set.copyOf(tainted);
    }

    /** Capsules of whose disk something was made that is no image. */
    public Set<CapsuleId> drafts() {
        return Set.copyOf(flattened.keySet());
    }

    @Override
    public long flattenedBytes(CapsuleId capsule, Sha256 base, Optional<SnapshotId> snapshot) {
        faults.at("measure");
        snapshot.ifPresent(it -> require(capsule, it));
        return 1;
    }

    /** Of each disk another operation makes another image. */
    @Override
    public MadeImage flatten(
            OperationId operation, CapsuleId capsule, Sha256 base, Optional<SnapshotId> snapshot, MoveWatch watch) {
        faults.at("flatten");
        snapshot.ifPresent(it -> require(capsule, it));
        if (!watch.isWanted()) {
            throw new ProblemException(ErrorCode.OPERATION_CANCELLED, "A later command cancelled this operation.");
        }
        Sha256 image = new Sha256((capsule.toString() + operation).replace("-", ""));
        if (overlays.contains(capsule)
                || snapshot.filter(taintedSnapshots::contains).isPresent()) {
            tainted.add(image);
        }
        MadeImage made = new MadeImage(image, 1);
        Flattened before = flattened.put(capsule, new Flattened(operation, made));
        if (before == null || !before.operation().equals(operation)) {
            faults.done("flatten", capsule);
        }
        return made;
    }

    @Override
    public void keepFlattened(CapsuleId capsule, MadeImage made) {
        faults.at("keep-flattened");
        images.add(made.image());
        flattened.remove(capsule);
        faults.done("keep-flattened", capsule);
    }

    @Override
    public void dropFlattened(CapsuleId capsule) {
        faults.at("drop-flattened");
        flattened.remove(capsule);
    }

    /** Those in each capsule's disk; none of a capsule whose disk has none. */
    public Set<SnapshotId> snapshots(CapsuleId capsule) {
        return Set.copyOf(snapshots.getOrDefault(capsule, Set.of()));
    }

    /** What the capsule's disk was made to be last. */
    public Optional<SnapshotId> revertedTo(CapsuleId capsule) {
        return Optional.ofNullable(reverted.get(capsule));
    }

    /** Snapshots that were taken while there was something of secure mode. */
    public Set<SnapshotId> taintedSnapshots() {
        return Set.copyOf(taintedSnapshots);
    }

    @Override
    public MadeSnapshot takeSnapshot(CapsuleId capsule, Sha256 base, SnapshotId snapshot, MoveWatch watch) {
        faults.at("take-snapshot");
        if (overlays.contains(capsule)) {
            taintedSnapshots.add(snapshot);
        }
        if (inDisk(capsule).add(snapshot)) {
            faults.done("take-snapshot", snapshot);
        }
        return new MadeSnapshot(snapshot, 1);
    }

    @Override
    public void revertToSnapshot(CapsuleId capsule, Sha256 base, SnapshotId snapshot, MoveWatch watch) {
        faults.at("revert-to-snapshot");
        require(capsule, snapshot);
        reverted.put(capsule, snapshot);
        faults.done("revert-to-snapshot", snapshot);
    }

    @Override
    public void deleteSnapshot(CapsuleId capsule, Sha256 base, SnapshotId snapshot, MoveWatch watch) {
        faults.at("delete-snapshot");
        if (inDisk(capsule).remove(snapshot)) {
            faults.done("delete-snapshot", snapshot);
        }
    }

    private void require(CapsuleId capsule, SnapshotId snapshot) {
        if (!inDisk(capsule).contains(snapshot)) {
            throw new ProblemException(ErrorCode.HOST_SNAPSHOT_MISSING, "The disk does not have the snapshot.");
        }
    }

    private Set<SnapshotId> inDisk(CapsuleId capsule) {
        return snapshots.computeIfAbsent(capsule, it -> ConcurrentHashMap.newKeySet());
    }

    private static Path in(CapsuleId capsule, String name) {
        return NOWHERE.resolve(capsule.toString()).resolve(name);
    }

    @Override
    public void delete(CapsuleId capsule) {
        faults.at("delete");
        volumes.remove(capsule);
        arriving.remove(capsule);
        leaving.remove(capsule);
        dropSecure(capsule);
        specs.remove(capsule);
        logins.remove(capsule);
        bases.remove(capsule);
        flattened.remove(capsule);
        snapshots.remove(capsule);
        reverted.remove(capsule);
        if (disks.remove(capsule)) {
            faults.done("delete", capsule);
        }
    }

    /** From now on both have the storage pool {@code name}; each knows the other as this. */
    public void share(String name, HostId self, SimulatedStorage other, HostId otherHost) {
        sharedAs = Optional.of(name);
        other.sharedAs = Optional.of(name);
        pooled.put(otherHost, other);
        other.pooled.put(self, this);
    }

    /** A person copies what is stored of a capsule to another host; not what it wrote in secure mode. */
    public void copyByHand(CapsuleId capsule, SimulatedStorage there) {
        if (disks.contains(capsule)) {
            there.disks.add(capsule);
            there.inDisk(capsule).addAll(snapshots(capsule));
        }
        if (volumes.contains(capsule)) {
            there.volumes.add(capsule);
        }
    }

    @Override
    public Optional<String> pool() {
        return sharedAs;
    }

    @Override
    public void adopt(CapsuleId capsule, HostId from, Sha256 image) {
        faults.at("adopt");
        SimulatedStorage there = pooled.get(from);
        if (!disks.contains(capsule)) {
            if (there == null || !there.disks.remove(capsule)) {
                throw new ProblemException(ErrorCode.HOST_CAPSULE_MISSING, "The pool has no disk of the capsule.");
            }
            disks.add(capsule);
            inDisk(capsule).addAll(there.snapshots(capsule));
            if (there.volumes.remove(capsule)) {
                volumes.add(capsule);
            }
            there.delete(capsule);
        }
        faults.done("adopt", capsule);
    }

    @Override
    public void setAside(CapsuleId capsule, long generation) {
        faults.at("set-aside");
        if (disks.contains(capsule)) {
            kept.add(new SetAside(capsule, generation, 1));
            delete(capsule);
        }
    }

    @Override
    public List<SetAside> setAside() {
        return List.copyOf(kept);
    }

    @Override
    public void discard(CapsuleId capsule, long generation) {
        faults.at("discard");
        kept.removeIf(it -> it.capsule().equals(capsule) && it.generation() == generation);
    }

    @Override
    public Set<CapsuleId> all() {
        return Set.copyOf(disks);
    }

    /** Of a file whose name is the hash. */
    @Override
    public Sha256 importImage(Path file) {
        try {
            Sha256 image = new Sha256(file.getFileName().toString().replace(".qcow2", ""));
            images.add(image);
            return image;
        } catch (IllegalArgumentException e) {
            throw new ProblemException(ErrorCode.HOST_IMAGE_MISSING, "there is no such image file to import");
        }
    }

    @Override
    public Set<Sha256> images() {
        return shelf.map(ImageShelf::verified).orElseGet(() -> Set.copyOf(images));
    }

    @Override
    public int totalDiskGb() {
        return totalDiskGb;
    }
}

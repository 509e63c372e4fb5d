package org.datacapsule.agent.hypervisor;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Departure.SentFile;
import org.datacapsule.common.wire.Landing;
import org.datacapsule.common.wire.Login;
import org.datacapsule.common.wire.MovedFile;
import org.datacapsule.common.wire.SecureVolume;
import org.datacapsule.common.wire.SetAside;

/**
 * The files of the capsules on this host. Every capsule has one directory, named by its id, mode 0700. Verbs throw
 * {@link ProblemException}: {@link ErrorCode#HOST_IMAGE_MISSING}, {@link ErrorCode#HOST_DISK_FULL},
 * {@link ErrorCode#HOST_TOOL_FAILED}, {@link ErrorCode#HOST_CAPSULE_MISSING}.
 */
public interface CapsuleStorage extends DiskImages, DiskSnapshots {

    /** Makes the directory and in it an overlay on the cached image; atomic: the overlay is there whole or not at all. */
    void createDisk(CapsuleSpec spec, Sha256 image);

    /** Notes which image the capsule's disk is going to lie on, before its files come from another host; durable. */
    void keepImage(CapsuleId capsule, Sha256 image);

    /** The capsule's overlay, whose existence is what "created" means. */
    boolean hasDisk(CapsuleId capsule);

    Path disk(CapsuleId capsule);

    /** Keeps how the capsule is made, so that its host can run it on its own; durable when this returns. */
    void keepSpec(CapsuleSpec spec);

    /** As it was kept last; empty for a capsule this host has no files of, or did not keep it of. */
    Optional<CapsuleSpec> spec(CapsuleId capsule);

    /** Keeps the login of a capsule that no router knows, sealed already; durable when this returns. */
    void keepLogin(CapsuleId capsule, String sealed);

    Optional<String> login(CapsuleId capsule);

    /**
     * Writes the NoCloud seed anew: host name, account, password hash, SSH keys. Never the password itself.
     *
     * @param names of other machines with their addresses, for the guest's hosts file
     */
    Path writeSeed(CapsuleSpec spec, Login login, SortedMap<String, String> names);

    /** Begins to make the capsule's secure volume where there is none; returns at once. */
    void prepareVolume(CapsuleId capsule, SecureVolume volume);

    /** What has begun to make the secure volume has ended when this returns, whether it made it or not. */
    void abandonVolume(CapsuleId capsule);

    /** The capsule's secure volume, encrypted with the key; made where there is none. */
    Path volume(CapsuleId capsule, SecureVolume volume);

    /** Makes an empty overlay on the capsule's disk, for what the guest writes in secure mode. */
    Path makeSecureOverlay(CapsuleId capsule);

    boolean hasSecureOverlay(CapsuleId capsule);

    /** An empty volume with this key, for what a guest in secure mode brings along; made anew. */
    Path makeArrivingVolume(CapsuleId capsule, SecureVolume volume);

    /** Where the guest's memory of before secure mode is kept. */
    Path checkpoint(CapsuleId capsule);

    boolean hasCheckpoint(CapsuleId capsule);

    /** Where the host reaches the guest's release channel. */
    Path releaseSocket(CapsuleId capsule);

    /** Keeps what was verified before the secure volume was attached; durable when this returns. */
    void keepEvidence(CapsuleId capsule, String evidence);

    Optional<String> evidence(CapsuleId capsule);

    /** What the guest wrote in secure mode, but for its secure volume, is gone. No guest may have it open. */
    void dropSecureOverlay(CapsuleId capsule);

    /** The same, and the checkpoint is gone too. */
    void dropSecure(CapsuleId capsule);

    /** From now on a guest may come from another host: what is here of secure mode is no leftover; durable. */
    void awaitGuest(CapsuleId capsule);

    /** It has come. */
    void welcome(CapsuleId capsule);

    boolean isAwaited(CapsuleId capsule);

    /** From now on the guest may be on another host when it is not here; durable. */
    void markLeaving(CapsuleId capsule);

    /** It has not left. */
    void unmarkLeaving(CapsuleId capsule);

    boolean isLeaving(CapsuleId capsule);

    /**
     * Lets another host write these files of a capsule, until they are accepted or the capsule is deleted here.
     *
     * @return the port each is taken at
     */
    Map<MovedFile, Integer> expect(CapsuleSpec spec, Set<MovedFile> files);

    /**
     * Writes those of these files that are there, and that nobody writes to, to the other host.
     *
     * @throws ProblemException {@link ErrorCode#OPERATION_CANCELLED} when the watch did not want it any more
     */
    List<SentFile> send(
            CapsuleId capsule, Set<MovedFile> files, Landing landing, int mebibytesPerSecond, MoveWatch watch);

    /**
     * Nothing is expected any more; what has arrived is the capsule's from now on, its disk an overlay on the image. Done
     * again it changes nothing.
     *
     * @throws ProblemException {@link ErrorCode#HOST_TRANSFER_DAMAGED} when it is not what was sent
     */
    void accept(CapsuleId capsule, Sha256 image, List<SentFile> arrived);

    /** Nothing of the capsule is left afterwards, but what was set aside. */
    void delete(CapsuleId capsule);

    /** The capsule's files, where it has any, are not the capsule's any more, and kept under this generation. No guest may run. */
    void setAside(CapsuleId capsule, long generation);

    /** All that is set aside. */
    List<SetAside> setAside();

    /** What was set aside of the capsule under this generation is gone. */
    void discard(CapsuleId capsule, long generation);

    /** Name of the storage that other hosts have too; empty where the files here are this host's alone. */
    Optional<String> pool();

    /**
     * Takes the capsule's files from where a host that is gone had them in the storage both share, its disk laid on the image;
     * what a guest wrote in secure mode is dropped, but its volume.
     *
     * @throws ProblemException {@link ErrorCode#HOST_POOL_MISSING}, {@link ErrorCode#HOST_CAPSULE_MISSING}
     */
    void adopt(CapsuleId capsule, HostId from, Sha256 image);

    /** Every capsule that has a directory. */
    Set<CapsuleId> all();

    /** The content of an image file, which is in the cache from now on if it was not. */
    Sha256 importImage(Path file);

    /** Content in the image cache, complete and verified. */
    Set<Sha256> images();

    /** GiB of the file system the capsules are on, in all. */
    int totalDiskGb();
}

package org.datacapsule.agent.hypervisor;

import java.nio.file.Path;
import java.util.Set;
import java.util.SortedMap;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Login;

/**
 * The files of the capsules on this host. Every capsule has one directory, named by its id, mode 0700. Verbs throw
 * {@link ProblemException}: {@link ErrorCode#HOST_IMAGE_MISSING}, {@link ErrorCode#HOST_DISK_FULL},
 * {@link ErrorCode#HOST_TOOL_FAILED}, {@link ErrorCode#HOST_CAPSULE_MISSING}.
 */
public interface CapsuleStorage {

    /** Makes the directory and in it an overlay on the cached image; atomic: the overlay is there whole or not at all. */
    void createDisk(CapsuleSpec spec, Sha256 image);

    /** The capsule's overlay, whose existence is what "created" means. */
    boolean hasDisk(CapsuleId capsule);

    Path disk(CapsuleId capsule);

    /** The host's end of the release channel of a capsule in secure mode: a socket that QEMU listens on. */
    Path releaseSocket(CapsuleId capsule);

    /**
     * Writes the NoCloud seed anew: host name, account, password hash, SSH keys. Never the password itself.
     *
     * @param names of other machines with their addresses, for the guest's hosts file
     */
    Path writeSeed(CapsuleSpec spec, Login login, SortedMap<String, String> names);

    /** Nothing of the capsule is left afterwards. */
    void delete(CapsuleId capsule);

    /** Every capsule that has a directory. */
    Set<CapsuleId> all();

    /** Content in the image cache, complete and verified. */
    Set<Sha256> images();

    /** GiB of the file system the capsules are on, in all. */
    int totalDiskGb();
}

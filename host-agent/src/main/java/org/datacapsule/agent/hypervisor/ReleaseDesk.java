package org.datacapsule.agent.hypervisor;

<<<<<<< HEAD
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.CapsuleSpec;

/** Where capsules in secure mode hand in results. */
public interface ReleaseDesk {

    /** Takes what the capsule hands in from now on; to be called once its release channel is attached. */
    void open(CapsuleSpec spec, long generation);

    /** Takes nothing more of the capsule, and drops what it has not handed in whole. */
=======
import java.nio.file.Path;
import org.datacapsule.common.id.CapsuleId;

/** Takes what guests in secure mode ask to have released. Both verbs return at once and can be done again. */
public interface ReleaseDesk {

    /** From now on listens at the capsule's release channel. */
    void open(CapsuleId capsule, long generation, Path socket);

    /** Listens no longer; what had not arrived whole is dropped. */
>>>>>>> results-agent
    void close(CapsuleId capsule);
}

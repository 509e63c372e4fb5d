package org.datacapsule.agent.hypervisor;

import java.nio.file.Path;
import org.datacapsule.common.id.CapsuleId;

/** Takes what guests in secure mode ask to have released. Both verbs return at once and can be done again. */
public interface ReleaseDesk {

    /** From now on listens at the capsule's release channel. */
    void open(CapsuleId capsule, long generation, Path socket);

    /** Listens no longer; what had not arrived whole is dropped. */
    void close(CapsuleId capsule);
}

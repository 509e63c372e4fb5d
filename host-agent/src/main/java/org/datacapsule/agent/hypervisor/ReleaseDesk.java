package org.datacapsule.agent.hypervisor;

import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.CapsuleSpec;

/** Where capsules in secure mode hand in results. */
public interface ReleaseDesk {

    /** Takes what the capsule hands in from now on; to be called once its release channel is attached. */
    void open(CapsuleSpec spec, long generation);

    /** Takes nothing more of the capsule, and drops what it has not handed in whole. */
    void close(CapsuleId capsule);
}

package org.datacapsule.agent.hypervisor;

import java.nio.file.Path;
import org.datacapsule.common.wire.CapsuleSpec;

/**
 * Everything a guest's domain is made of.
 *
 * @param disk the capsule's overlay
 * @param seed the NoCloud seed, attached read-only
 * @param filter name of the network filter, defined already
 * @param vncPassword what the screen asks for; {@link #toString()} hides it
 */
public record DomainPlan(CapsuleSpec spec, long generation, Path disk, Path seed, String filter, String vncPassword) {

    @Override
    public String toString() {
        return "DomainPlan[capsule=" + spec.id() + ", generation=" + generation + ", filter=" + filter + "]";
    }
}

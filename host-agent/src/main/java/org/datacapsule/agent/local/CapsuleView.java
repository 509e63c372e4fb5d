package org.datacapsule.agent.local;

import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.id.CapsuleId;

/**
 * A capsule as its host has it.
 *
 * @param mode NOT_DEFINED while it does not run
 * @param publicIp where users reach the host's ports
 * @param sshPort unknown of a capsule that was made before hosts kept it; so is the other
 */
public record CapsuleView(
        CapsuleId capsule,
        CapsuleMode mode,
        boolean running,
        String publicIp,
        Optional<Integer> sshPort,
        Optional<Integer> vncPort) {}

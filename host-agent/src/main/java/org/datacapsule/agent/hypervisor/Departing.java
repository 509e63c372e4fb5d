package org.datacapsule.agent.hypervisor;

import java.nio.file.Path;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Landing;

/**
 * How a running guest goes to another host.
 *
 * @param arriving the capsule as the other host has it
 * @param mode in SECURE it takes its volume along, and stands still there until it is resumed
 * @param generation the guest's there
 * @param mebibytesPerSecond at most; 0 for no limit
 */
public record Departing(
        CapsuleSpec arriving, CapsuleMode mode, Landing landing, long generation, int mebibytesPerSecond) {

    public Home home() {
        return new Home(
                Path.of(landing.directory()),
                arriving.vncPort(),
                landing.vncListen(),
                landing.network(),
                landing.filter(),
                Path.of(landing.releaseSocket()),
                generation);
    }
}

package org.datacapsule.agent.hypervisor;

import java.nio.file.Path;
import java.util.Set;

/**
 * A domain as the hypervisor has it.
 *
 * @param generation from the domain's metadata
 * @param filter name of the network filter that is on its interface
 * @param tap name of the host's end of its interface; empty while it has none
 * @param disk the file its first disk is written to
 * @param attached what secure mode has added to it
 */
public record GuestDomain(
        State state, long generation, String filter, String tap, Path disk, Set<Attachment> attached) {
    public GuestDomain {
        attached = Set.copyOf(attached);
    }

    /** What a guest does. */
    public enum State {
        RUNNING,
        /** Whole, and waiting to go on. */
        PAUSED,
        /** Standing still in the middle of its way to another host, or from one: not whole here, or not only. */
        MOVING,
        /** Shutting down, crashed, or halted by a fault. */
        ENDING
    }

    /** What a guest has in secure mode only. */
    public enum Attachment {
        SECURE_VOLUME,
        RELEASE_CHANNEL
    }

    public boolean running() {
        return state == State.RUNNING;
    }

    /** Whether anything about it is of secure mode, but for the filter. */
    public boolean hasSecureParts(Path plainDisk) {
        return !attached.isEmpty() || !disk.equals(plainDisk);
    }
}

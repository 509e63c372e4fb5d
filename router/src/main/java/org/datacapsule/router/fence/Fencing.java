package org.datacapsule.router.fence;

import java.time.Duration;
import org.datacapsule.common.id.HostId;

/** Makes sure that a machine is off: the operator's command, or what stands for it in a simulation. */
public interface Fencing {

    /**
     * How an attempt ended.
     *
     * @param exitCode 0 means that the host is off; -1 when the command could not be run or had to be killed
     * @param output the first 4096 bytes of what it said, or why it was not run
     */
    record Result(int exitCode, String output) {
        boolean isOff() {
            return exitCode == 0;
        }
    }

    /** Whether there is a way to do it. */
    boolean isThere();

    /** How long it takes at most. */
    Duration timeout();

    /** Returns when the host is off, or when that has failed. */
    Result run(HostId host) throws InterruptedException;
}

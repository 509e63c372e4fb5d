package org.datacapsule.agent.hypervisor;

/** Who waits for a long copy: is told how far it has come, and may end it. */
public interface MoveWatch {

    /** @param percent 0 to 100 of what is known to have to be copied; may go back, as a guest writes on */
    void progress(int percent);

    /** Whether the copy is still wanted; asked about twice a second. */
    boolean isWanted();
}

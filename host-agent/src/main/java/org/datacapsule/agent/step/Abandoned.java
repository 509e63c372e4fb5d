package org.datacapsule.agent.step;

/**
 * The agent stops where it stands: nothing is undone and no outcome is written, so that the next start goes on from the
 * journal. An {@link Error}, because no handler may take it for a failure of its command.
 */
public final class Abandoned extends Error {
    private static final long serialVersionUID = 1L;

    public Abandoned(String why) {
        super(why, null, false, false);
    }
}

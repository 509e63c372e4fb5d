package org.datacapsule.agent.network;

import java.util.List;
import org.datacapsule.agent.process.ProgramFailedException;
import org.datacapsule.agent.process.ProgramRunner;

/**
 * The kernel's table of connections. Filters are stateless and cut every connection by themselves; an entry that is gone too
 * cannot be gone on with when the way is open again.
 */
final class Connections {
    private static final String NONE = "0 flow entries";

    private final ProgramRunner programs;

    Connections(ProgramRunner programs) {
        this.programs = programs;
    }

    /** Forgets every connection a guest began, and every one that was led to it. */
    void cut(String guest) {
        delete("--orig-src", guest);
        delete("--reply-src", guest);
    }

    private void delete(String side, String guest) {
        try {
            programs.run(List.of("conntrack", "-D", side, guest));
        } catch (ProgramFailedException e) {
            // It fails when there was nothing to delete.
            if (!e.lastWords().contains(NONE)) {
                throw e.asProblem();
            }
        }
    }
}

package org.datacapsule.agent.journal;

import java.io.IOException;

/** Another process, an agent or a script, has the journal open. */
public final class JournalHeldException extends IOException {
    private static final long serialVersionUID = 1L;

    JournalHeldException(String message) {
        super(message);
    }
}

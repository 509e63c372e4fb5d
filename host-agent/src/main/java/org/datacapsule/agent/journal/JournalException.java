package org.datacapsule.agent.journal;

import java.io.IOException;
import java.io.UncheckedIOException;

/** The journal could not be written, so what it should have said is not so. */
public final class JournalException extends UncheckedIOException {
    private static final long serialVersionUID = 1L;

    JournalException(String message, IOException cause) {
        super(message, cause);
    }
}

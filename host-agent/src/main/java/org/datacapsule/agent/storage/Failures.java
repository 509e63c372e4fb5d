package org.datacapsule.agent.storage;

import java.io.IOException;
import java.util.Locale;
import org.datacapsule.agent.process.ProgramFailedException;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/** What a failure of a file or a program is called on the wire; no host path gets into it. */
final class Failures {
    private static final String FULL = "the host's storage has no room left; free some, or move capsules away";

    private Failures() {}

    static ProblemException of(String doing, IOException e) {
        String words = String.valueOf(e.getMessage());
        if (words.contains("No space left") || words.contains("Disk quota exceeded")) {
            return new ProblemException(ErrorCode.HOST_DISK_FULL, FULL);
        }
        return new ProblemException(ErrorCode.HOST_TOOL_FAILED, doing + " failed: " + kind(e));
    }

    static ProblemException of(ProgramFailedException e) {
        return e.saysDiskFull() ? new ProblemException(ErrorCode.HOST_DISK_FULL, FULL) : e.asProblem();
    }

    private static String kind(IOException e) {
        return e.getClass()
                .getSimpleName()
                .replaceAll("Exception$", "")
                .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                .toLowerCase(Locale.ROOT);
    }
}

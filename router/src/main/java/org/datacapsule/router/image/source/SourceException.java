package org.datacapsule.router.image.source;

import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;

/** The source did not give the file this time. */
public final class SourceException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean passing;

    SourceException(String why, boolean passing) {
        super(why);
        this.passing = passing;
    }

    /** Whether it may well do so at another time. */
    public boolean isPassing() {
        return passing;
    }

    public Problem problem() {
        return Problem.of(ErrorCode.IMAGE_IMPORT_FAILED, String.valueOf(getMessage()));
    }
}

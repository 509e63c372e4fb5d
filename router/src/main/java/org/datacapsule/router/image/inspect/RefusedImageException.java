package org.datacapsule.router.image.inspect;

import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;

/** The file is none that is taken; says why and what to do, in words for who sent it. */
public final class RefusedImageException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    RefusedImageException(String why) {
        this(ErrorCode.IMAGE_REFUSED, why);
    }

    RefusedImageException(ErrorCode code, String why) {
        super(why);
        this.code = code;
    }

    public Problem problem() {
        return Problem.of(code, String.valueOf(getMessage()));
    }
}

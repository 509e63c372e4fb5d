package org.datacapsule.router.result;

import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.id.Sha256;

/** A result's row, as far as decisions and downloads need it. */
record Result(
        ResultId id,
        CapsuleId capsule,
        CapsuleType capsuleType,
        long bytes,
        Sha256 sha256,
        ResultStatus status,
        boolean contentDeleted) {

    /** @throws ProblemException when there is nothing to send any more */
    void requireContent() {
        if (contentDeleted) {
            throw new ProblemException(
                    ErrorCode.RESULT_CONTENT_DELETED,
                    "The result's content was deleted: the time it is kept for is over, or it never was taken.");
        }
    }

    /** The same whether there is none or it is not the caller's, so that ids cannot be probed. */
    static ProblemException notFound(String id) {
        return new ProblemException(ErrorCode.RESULT_NOT_FOUND, "There is no result " + id + " that you may see.");
    }
}

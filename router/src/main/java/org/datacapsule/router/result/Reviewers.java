package org.datacapsule.router.result;

import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;

/** Who may review what: nobody who is, or ever was, on the capsule, whatever their token says. */
final class Reviewers {

    private Reviewers() {}

    static void requireOutsider(Tx tx, ResultStore results, Call call, Result result) throws InterruptedException {
        if (results.wasMember(tx, result.capsule(), call.caller().guid())) {
            throw new ProblemException(
                    ErrorCode.RESULT_REVIEWER_IS_MEMBER,
                    "You are or were on the capsule of this result, so others review it.");
        }
    }
}

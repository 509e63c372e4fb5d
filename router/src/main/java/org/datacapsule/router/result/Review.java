package org.datacapsule.router.result;

import java.util.HashSet;
import java.util.Set;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;

/**
 * Where a result's review is.
 *
 * @param approvals who approved it so far, of those who may review it
 */
record Review(ResultStatus status, Set<String> approvals) {
    Review {
        approvals = Set.copyOf(approvals);
    }

    /** What a reviewer decides. */
    enum Decision {
        RELEASE("Released"),
        REJECT("Rejected"),
        REVOKE("Revoked");

        private final String wireName;

        Decision(String wireName) {
            this.wireName = wireName;
        }

        static Decision parse(String wireName) {
            for (Decision decision : values()) {
                if (decision.wireName.equals(wireName)) {
                    return decision;
                }
            }
            throw new IllegalArgumentException("must be Released, Rejected or Revoked");
        }
    }

    /** What follows from a decision. */
    sealed interface Step {
        record Moved(Review to) implements Step {}

        record Refused(Problem problem) implements Step {}
    }

    /**
     * The whole life of a result. One rejection is enough; a release takes {@code needed} reviewers.
     *
     * @param reviewer may review it at all
     */
    Step next(Decision decision, String reviewer, int needed) {
        return switch (decision) {
            case RELEASE -> status == ResultStatus.PENDING ? approved(reviewer, needed) : decidedAlready();
            case REJECT -> status == ResultStatus.PENDING ? moved(ResultStatus.REJECTED) : decidedAlready();
            case REVOKE ->
                switch (status) {
                    case RELEASED -> moved(ResultStatus.REVOKED);
                    case PENDING ->
                        new Step.Refused(Problem.of(
                                ErrorCode.RESULT_NOT_PENDING,
                                "The result is not released, so there is nothing to revoke; reject it."));
                    case REJECTED, REVOKED -> decidedAlready();
                };
        };
    }

    /** Who approves again changes nothing. */
    private Step approved(String reviewer, int needed) {
        Set<String> all = new HashSet<>(approvals);
        all.add(reviewer);
        return new Step.Moved(new Review(all.size() >= needed ? ResultStatus.RELEASED : ResultStatus.PENDING, all));
    }

    private Step moved(ResultStatus to) {
        return new Step.Moved(new Review(to, approvals));
    }

    private Step decidedAlready() {
        return new Step.Refused(Problem.of(
                ErrorCode.RESULT_NOT_PENDING,
                "The result is " + status.wireName()
                        + (status == ResultStatus.RELEASED ? "; it can only be Revoked." : ", for good.")));
    }
}

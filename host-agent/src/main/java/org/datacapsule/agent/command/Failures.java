package org.datacapsule.agent.command;

import org.datacapsule.agent.step.OperationRef;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ErrorKind;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.wire.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what went wrong into an outcome, and logs it: once, here. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    static Outcome.Failed expected(ProblemException failure, OperationRef operation, Found left) {
        Problem problem = failure.problem();
        operation.on(LOG.atWarn()).log("failed: {}", failure.getMessage());
        return new Outcome.Failed(problem, isRetryable(problem.code()), left);
    }

    static Outcome.Failed unexpected(Throwable failure, OperationRef operation, Found left) {
        operation.on(LOG.atError().setCause(failure)).log("failed in a way nobody foresaw");
        return new Outcome.Failed(
                Problem.of(
                        ErrorCode.INTERNAL,
                        "Something is wrong with the host's agent; its log has the cause, under request "
                                + operation.requestId() + "."),
                true,
                left);
    }

    /** Not when trying again cannot help: the command is no longer wanted, or what it is about is not here. */
    static boolean isRetryable(ErrorCode code) {
        return switch (code) {
            case OPERATION_DEADLINE_EXCEEDED,
                    HOST_PORT_TAKEN,
                    HOST_IMAGE_MISSING,
                    HOST_DISK_FULL,
                    HOST_DISK_IN_USE,
                    HOST_HYPERVISOR_FAILED,
                    HOST_POLICY_NOT_IN_FORCE,
                    HOST_TOOL_FAILED -> true;
            default -> code.kind() == ErrorKind.TRANSIENT || code == ErrorCode.INTERNAL;
        };
    }
}

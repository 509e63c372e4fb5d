package org.datacapsule.agent.step;

import java.util.Optional;

/**
 * Where a process is to die, written {@code launch.domain-started} or, for one kind of command alone,
 * {@code stop/command.verified}.
 *
 * @param kind of the operation; any, where it is empty
 */
public record HaltPoint(Optional<String> kind, Step step) {

    /** @throws IllegalArgumentException that lists the steps, when it is none of them */
    public static HaltPoint parse(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? new HaltPoint(Optional.empty(), Step.parse(text))
                : new HaltPoint(Optional.of(text.substring(0, slash)), Step.parse(text.substring(slash + 1)));
    }

    boolean isReachedBy(Step reached, OperationRef operation) {
        return reached == step && kind.orElse(operation.kind()).equals(operation.kind());
    }
}

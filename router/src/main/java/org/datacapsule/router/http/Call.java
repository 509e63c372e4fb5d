package org.datacapsule.router.http;

import java.util.Optional;

/**
 * One request that is authenticated and fits the contract.
 *
 * @param operation the contract's operationId
 * @param requestId unique; stands in the answer, in every log line, and travels to the agent
 * @param clientAddress where the connection came from
 * @param body of an operation whose body is streamed
 */
public record Call(
        String operation,
        Caller caller,
        Parameters parameters,
        String requestId,
        String clientAddress,
        Optional<String> idempotencyKey,
        Optional<IncomingBody> body) {

    public Call(
            String operation,
            Caller caller,
            Parameters parameters,
            String requestId,
            String clientAddress,
            Optional<String> idempotencyKey) {
        this(operation, caller, parameters, requestId, clientAddress, idempotencyKey, Optional.empty());
    }
}

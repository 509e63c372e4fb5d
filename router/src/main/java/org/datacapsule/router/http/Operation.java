package org.datacapsule.router.http;

import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Set;
import org.datacapsule.common.error.ErrorCode;

/**
 * One operation of the contract.
 *
 * @param id unique in the contract
 * @param endpoint what {@link Endpoints} knows it by: its id, or that of the operation whose behaviour it shares
 * @param path the template, such as {@code /v1/operations/{id}}
 * @param secured whether a token is needed
 * @param tokenRoles the token must have one of these; empty when any token will do
 * @param roleRefusal what is answered when it has none of them
 * @param hasBody whether it takes a body
 * @param streamed whether the body is no parameters but bytes, which its endpoint reads as they arrive
 * @param command whether it changes something: it takes an Idempotency-Key
 */
record Operation(
        String id,
        String endpoint,
        HttpMethod method,
        String path,
        boolean secured,
        Set<TokenRole> tokenRoles,
        ErrorCode roleRefusal,
        boolean hasBody,
        boolean streamed,
        boolean command,
        List<Parameter> parameters) {
    Operation {
        tokenRoles = Set.copyOf(tokenRoles);
        parameters = List.copyOf(parameters);
    }

    /** Whether an {@link Endpoint} serves it; what needs no token and takes no body is a page of the server's own. */
    boolean needsEndpoint() {
        return secured || hasBody;
    }

    boolean admits(Caller caller) {
        return tokenRoles.isEmpty() || caller.hasAny(tokenRoles.toArray(TokenRole[]::new));
    }

    boolean takes(Location location) {
        return parameters.stream().anyMatch(parameter -> parameter.locations().contains(location));
    }
}

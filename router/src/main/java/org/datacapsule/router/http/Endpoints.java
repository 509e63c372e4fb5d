package org.datacapsule.router.http;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which endpoint serves which operationId of the contract; filled by the {@code …Routes} of each subject. */
public final class Endpoints {
    private final Map<String, Endpoint> byOperation = new HashMap<>();

    public Endpoints serve(String operationId, Endpoint endpoint) {
        if (byOperation.putIfAbsent(operationId, endpoint) != null) {
            throw new IllegalStateException("two endpoints for operation " + operationId);
        }
        return this;
    }

    public Optional<Endpoint> find(String operationId) {
        return Optional.ofNullable(byOperation.get(operationId));
    }

    Set<String> operations() {
        return Set.copyOf(byOperation.keySet());
    }
}

package org.datacapsule.router.contract;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request to be sent; values are what a JSON body would hold, and text everywhere else. */
final class ApiRequest {
    final ApiOperation operation;
    final Map<String, @Nullable Object> values = new LinkedHashMap<>();
    final Map<String, String> headers = new LinkedHashMap<>();
    Optional<String> token = Optional.empty();
    String bodyType = "";
    /** Takes the place of the body that the values make. */
    Optional<byte[]> rawBody = Optional.empty();

    ApiRequest(ApiOperation operation) {
        this.operation = operation;
        if (!operation.bodyTypes().isEmpty()) {
            bodyType = operation.bodyTypes().getFirst();
        }
    }

    ApiRequest with(String name, @Nullable Object value) {
        values.put(name, value);
        return this;
    }

    ApiRequest as(String bearer) {
        token = Optional.of(bearer);
        return this;
    }

    @Override
    public String toString() {
        return operation + " " + values + " " + headers + " " + bodyType;
    }
}

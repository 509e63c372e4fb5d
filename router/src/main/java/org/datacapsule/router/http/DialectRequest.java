package org.datacapsule.router.http;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/**
 * A request as a dialect sees it.
 *
 * @param origin where the client found this service, base path included, as its request says: {@code http://host:8080/capsules}
 * @param path below the origin
 * @param pathValues what stands in the places of the route's template, by name
 * @param query in the order given
 */
public record DialectRequest(
        HttpMethod method,
        String origin,
        String path,
        Map<String, String> pathValues,
        List<QueryValue> query,
        MultiMap headers,
        Buffer body,
        String requestId) {

    /** One {@code name=value} of a query. */
    public record QueryValue(String name, String value) {}

    /** What stands at a place of the route's template. */
    public String pathValue(String name) {
        return Optional.ofNullable(pathValues.get(name)).orElseThrow();
    }

    /** The last value of that name. */
    public Optional<String> query(String name) {
        return query.stream()
                .filter(one -> one.name().equals(name))
                .map(QueryValue::value)
                .reduce((first, second) -> second);
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** @throws ProblemException when the body is not one JSON object */
    public JsonObject json() {
        return JsonBody.object(body.getBytes());
    }

    /** The same, an empty body being an empty object. */
    public JsonObject jsonIfAny() {
        return body.length() == 0 ? new JsonObject() : json();
    }

    /** @throws ProblemException when the body is said to be something else */
    public void requireJson() {
        String type = header("Content-Type").orElse("");
        String media = type.split(";", 2)[0].strip();
        if (!media.equalsIgnoreCase("application/json")) {
            throw new ProblemException(ErrorCode.REQUEST_UNSUPPORTED_MEDIA_TYPE, "The body must be application/json.");
        }
    }
}

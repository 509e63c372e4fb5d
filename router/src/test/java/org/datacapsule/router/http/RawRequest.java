package org.datacapsule.router.http;

import io.vertx.core.buffer.Buffer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A request as bytes on a socket: what a well-behaved client would never send can be written too.
 *
 * @param headers whole lines
 */
public record RawRequest(String method, String target, List<String> headers, Buffer body) {
    public RawRequest {
        headers = List.copyOf(headers);
    }

    public static RawRequest get(String target, String bearer) {
        return new RawRequest("GET", target, List.of("Authorization: " + bearer), Buffer.buffer());
    }

    public static RawRequest form(String method, String target, String bearer, Map<String, String> fields) {
        return body(method, target, bearer, "application/x-www-form-urlencoded", encoded(fields));
    }

    public static RawRequest json(String target, String bearer, String body) {
        return body("POST", target, bearer, "application/json", body);
    }

    public static RawRequest body(String method, String target, String bearer, String contentType, String body) {
        return new RawRequest(
                method,
                target,
                List.of("Authorization: " + bearer, "Content-Type: " + contentType),
                Buffer.buffer(body.getBytes(StandardCharsets.UTF_8)));
    }

    public RawRequest withHeaders(String... more) {
        return new RawRequest(
                method, target, Stream.concat(headers.stream(), Stream.of(more)).toList(), body);
    }

    public RawRequest withBody(byte[] bytes) {
        return new RawRequest(method, target, headers, Buffer.buffer(bytes));
    }

    public static String encoded(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    /** A request to create a capsule in which all is well. */
    public static Map<String, String> createvm() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("imageid", "fe9a028d-6682-4a13-92ef-e42f9cec13fd");
        fields.put("loginusername", "dcuser");
        fields.put("loginpassword", "s3cret-Pass");
        fields.put("vcpu", "2");
        fields.put("memory", "4096");
        return fields;
    }

    /** {@link #createvm} with one field set so. */
    public static Map<String, String> createvm(String field, String value) {
        Map<String, String> fields = createvm();
        fields.put(field, value);
        return fields;
    }
}

package org.datacapsule.router.contract;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Sends requests as the document says they look. */
final class ApiClient {
    private static final String BOUNDARY = "boundary-of-the-test";

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final URI server;

    ApiClient(URI server) {
        this.server = server;
    }

    ApiAnswer send(ApiRequest request) throws IOException, InterruptedException {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(server + path(request) + query(request)))
                .timeout(Duration.ofSeconds(45));
        request.headers.forEach(builder::setHeader);
        request.values.forEach((name, value) -> {
            if (in(request, "header").test(name) && value != null) {
                builder.setHeader(name, value.toString());
            }
        });
        request.token.ifPresent(token -> builder.setHeader("Authorization", "Bearer " + token));
        if (request.operation.bodyTypes().isEmpty() && request.rawBody.isEmpty()) {
            builder.method(request.operation.method(), BodyPublishers.noBody());
        } else {
            builder.setHeader("Content-Type", contentType(request.bodyType));
            builder.method(request.operation.method(), BodyPublishers.ofByteArray(body(request)));
        }
        HttpResponse<String> response = http.send(builder.build(), HttpResponse.BodyHandlers.ofString());
        String type = response.headers().firstValue("Content-Type").orElse("");
        return new ApiAnswer(response.statusCode(), type.replaceFirst(";.*", "").strip(), response.body());
    }

    private static Predicate<String> in(ApiRequest request, String where) {
        return name -> request.operation.parameters().stream()
                .anyMatch(parameter ->
                        parameter.name().equals(name) && parameter.in().equals(where));
    }

    private static String path(ApiRequest request) {
        String path = request.operation.path();
        for (ApiOperation.Parameter parameter : request.operation.parameters()) {
            if (parameter.in().equals("path")) {
                path = path.replace("{" + parameter.name() + "}", encoded(text(request.values.get(parameter.name()))));
            }
        }
        return path;
    }

    private static String query(ApiRequest request) {
        String query = pairs(request, "query");
        return query.isEmpty() ? "" : "?" + query;
    }

    /** What the document does not have goes into the query where there is no body. */
    private static String pairs(ApiRequest request, String where) {
        return request.values.entrySet().stream()
                .filter(value -> in(request, where).test(value.getKey())
                        || (!isKnown(request, value.getKey()) && where.equals(defaultPlace(request))))
                .map(value -> encoded(value.getKey()) + "=" + encoded(text(value.getValue())))
                .collect(Collectors.joining("&"));
    }

    private static boolean isKnown(ApiRequest request, String name) {
        return request.operation.parameters().stream()
                .anyMatch(parameter -> parameter.name().equals(name));
    }

    private static String defaultPlace(ApiRequest request) {
        return request.operation.bodyTypes().isEmpty() ? "query" : "body";
    }

    private static byte[] body(ApiRequest request) {
        if (request.rawBody.isPresent()) {
            return request.rawBody.get();
        }
        String body = switch (request.bodyType) {
            case "application/json" -> json(request);
            case "multipart/form-data" -> multipart(request);
            default -> pairs(request, "body");
        };
        return body.getBytes(StandardCharsets.UTF_8);
    }

    private static String json(ApiRequest request) {
        JsonObject json = new JsonObject();
        bodyValues(request).forEach(json::put);
        return json.encode();
    }

    private static String multipart(ApiRequest request) {
        StringBuilder body = new StringBuilder();
        bodyValues(request)
                .forEach((name, value) -> body.append("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"")
                        .append(name.replace("\"", "%22"))
                        .append("\"\r\n\r\n")
                        .append(text(value))
                        .append("\r\n"));
        return body.append("--" + BOUNDARY + "--\r\n").toString();
    }

    private static Map<String, @Nullable Object> bodyValues(ApiRequest request) {
        Map<String, @Nullable Object> values = new java.util.LinkedHashMap<>();
        request.values.forEach((name, value) -> {
            if (in(request, "body").test(name) || !isKnown(request, name)) {
                values.put(name, value);
            }
        });
        return values;
    }

    private static String contentType(String type) {
        return type.equals("multipart/form-data") ? type + "; boundary=" + BOUNDARY : type;
    }

    private static String text(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case JsonArray array -> array.encode();
            case JsonObject object -> object.encode();
            default -> value.toString();
        };
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}

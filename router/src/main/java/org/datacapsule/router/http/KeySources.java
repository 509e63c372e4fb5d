package org.datacapsule.router.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The places keys can be kept in: a file, the identity provider, or both of two. */
final class KeySources {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final int MOST_BYTES = 1 << 20;

    private KeySources() {}

    static KeySource file(Path file) {
        return () -> parse(Files.readAllBytes(file), file.toString());
    }

    static KeySource url(URI url) {
        // Redirects are not followed: they would let whoever answers choose where keys come from.
        HttpClient client = HttpClient.newBuilder()
                .connectTimeout(PATIENCE)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(PATIENCE)
                .header("Accept", "application/jwk-set+json, application/json")
                .build();
        return () -> {
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                if (response.statusCode() != 200) {
                    throw new IOException(url + " answers " + response.statusCode());
                }
                return parse(body.readNBytes(MOST_BYTES), url.toString());
            }
        };
    }

    static KeySource both(KeySource first, KeySource second) {
        return () -> {
            JsonArray keys = new JsonArray();
            keys.addAll(first.read().getJsonArray("keys"));
            keys.addAll(second.read().getJsonArray("keys"));
            return new JsonObject().put("keys", keys);
        };
    }

    private static JsonObject parse(byte[] jwks, String from) throws IOException {
        try {
            JsonObject set = new JsonObject(Buffer.buffer(jwks));
            if (set.getValue("keys") instanceof JsonArray) {
                return set;
            }
            throw new IOException(from + " is no JWKS: it has no list of keys");
        } catch (DecodeException | ClassCastException e) {
            throw new IOException(from + " is no JWKS: it is not a JSON object", e);
        }
    }
}

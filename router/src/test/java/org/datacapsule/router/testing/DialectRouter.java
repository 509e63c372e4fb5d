package org.datacapsule.router.testing;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A router that serves one of the other image APIs, with images as rows, and a web server that it imports from. */
public record DialectRouter(TestRouter router, ImageRows rows, ImageServer source) implements AutoCloseable {

    /**
     * @param dialect as its settings have it
     * @param more settings besides
     */
    public static DialectRouter start(Path directory, String dialect, Map<String, String> more) throws Exception {
        ImageServer source = ImageServer.start(directory);
        Map<String, String> settings = new HashMap<>(
                Map.of("image-apis." + dialect + ".enabled", "true", "images.import-origins", source.origin()));
        settings.putAll(more);
        TestRouter router = TestRouter.start(directory, settings);
        return new DialectRouter(router, new ImageRows(router), source);
    }

    /** Somebody who calls it with these headers. */
    public DialectClient client(Map<String, String> headers) {
        return new DialectClient(router.uri(), headers);
    }

    /** Makes an account, of which no other has the name; needs the ViCE registry beside the dialect. Answers its guid. */
    public String account(String name, String password) throws Exception {
        JsonObject asked = new JsonObject().put("username", name).put("password", password);
        return client(Map.of()).send("POST", "/vice/v1/user", asked).json().getString("id");
    }

    @Override
    public void close() throws IOException {
        router.close();
        source.close();
    }
}

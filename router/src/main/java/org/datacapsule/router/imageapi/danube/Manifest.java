package org.datacapsule.router.imageapi.danube;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.http.Parameters;

/**
 * What an image's manifest says of it, as far as anything here asks.
 *
 * @param defaults what the manifest has in the place of a request's own values, under their names
 * @param sha256 of the image's file, where the manifest has it
 */
record Manifest(Given defaults, Optional<Sha256> sha256) {
    private static final String FIELD = "manifest_url";

    /** @throws ProblemException when it is no manifest of one file that is not compressed */
    static Manifest parse(byte[] bytes) {
        JsonObject manifest = json(bytes);
        if (!(manifest.getValue("files") instanceof JsonArray files)
                || files.size() != 1
                || !(files.getValue(0) instanceof JsonObject file)) {
            throw invalid("Invalid image manifest: it must have exactly one file.");
        }
        Object compression = file.getValue("compression", "none");
        if (!"none".equals(compression)) {
            throw invalid("The image's file is compressed by " + compression + "; only those that are not are taken.");
        }
        JsonObject tags = manifest.getValue("tags") instanceof JsonObject given ? given : new JsonObject();
        JsonObject defaults = new JsonObject();
        copy(manifest, "version", defaults, "version");
        if (manifest.getValue("description") instanceof String text) {
            defaults.put("desc", text.substring(0, Math.min(text.length(), Changes.LONGEST_DESCRIPTION)));
        }
        copy(tags, "resize", defaults, "resize");
        copy(tags, "deploy", defaults, "deploy");
        return new Manifest(Given.of(defaults), sha256(file));
    }

    private static JsonObject json(byte[] text) {
        try {
            return new JsonObject(new String(text, StandardCharsets.UTF_8));
        } catch (DecodeException e) {
            throw invalid("Could not parse image manifest.");
        }
    }

    private static Optional<Sha256> sha256(JsonObject file) {
        if (!(file.getValue("sha256") instanceof String hex)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Sha256(hex));
        } catch (IllegalArgumentException e) {
            throw invalid("Invalid image manifest: the sha256 of its file is none.");
        }
    }

    private static void copy(JsonObject from, String name, JsonObject to, String as) {
        Object value = from.getValue(name);
        if (value != null) {
            to.put(as, value);
        }
    }

    static ProblemException invalid(String why) {
        return Parameters.invalid(FIELD, why);
    }
}

package org.datacapsule.router.imageapi.vice;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/** What an environment runs its guests by, or is managed by. */
record Layer(Optional<String> type, Optional<String> software, Optional<String> version) {
    private static final List<String> RUNTIMES = List.of("virtualmachine", "container", "application");
    private static final List<String> MANAGEMENTS =
            List.of("basic", "cloudcomputing", "containercluster", "jobscheduler");
    private static final int LONGEST = 128;

    static Optional<Layer> runtime(Members environment) {
        return environment.object("runtimetechnology").map(layer -> of(layer, RUNTIMES));
    }

    static Optional<Layer> management(Members environment) {
        return environment.object("managementlayer").map(layer -> of(layer, MANAGEMENTS));
    }

    private static Layer of(Members layer, List<String> types) {
        return new Layer(layer.oneOf("type", types), layer.text("software", LONGEST), layer.text("version", LONGEST));
    }

    /** As {@link #json} wrote it. */
    static Layer read(String json) {
        JsonObject layer = new JsonObject(json);
        return new Layer(
                Optional.ofNullable(layer.getString("type")),
                Optional.ofNullable(layer.getString("software")),
                Optional.ofNullable(layer.getString("version")));
    }

    JsonObject json() {
        JsonObject json = new JsonObject();
        software.ifPresent(text -> json.put("software", text));
        type.ifPresent(text -> json.put("type", text));
        version.ifPresent(text -> json.put("version", text));
        return json;
    }

    /** Whether somebody who looks for that means this: by its type or by its software. */
    boolean isMeantBy(String filter) {
        return type.filter(filter::equalsIgnoreCase).isPresent()
                || software.filter(filter::equalsIgnoreCase).isPresent();
    }
}

package org.datacapsule.router.imageapi.vice;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/** An execution environment, without what one signs in to it with: that is never given out. */
record Environment(UUID id, String owner, Optional<String> title, Optional<Layer> runtime, Optional<Layer> management) {
    private static final String US = "datacapsule";

    /** This cluster. Everybody sees it, and nobody changes it. */
    static final Environment OURS = new Environment(
            UUID.nameUUIDFromBytes("datacapsule execution environment".getBytes(StandardCharsets.UTF_8)),
            US,
            Optional.of(US),
            Optional.of(new Layer(Optional.of("virtualmachine"), Optional.of("QEMU/KVM"), Optional.empty())),
            Optional.of(new Layer(Optional.of("cloudcomputing"), Optional.of(US), Optional.empty())));

    boolean isOurs() {
        return id.equals(OURS.id());
    }

    JsonObject json() {
        JsonObject json = new JsonObject();
        management.ifPresent(layer -> json.put("managementlayer", layer.json()));
        json.put("id", id.toString());
        title.ifPresent(text -> json.put("title", text));
        json.put("userid", owner);
        runtime.ifPresent(layer -> json.put("runtimetechnology", layer.json()));
        return json;
    }
}

package org.datacapsule.router.imageapi.nova;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** What each version says of itself; clients look there before anything else. */
final class Versions {

    private Versions() {}

    static JsonObject compute(String origin, String version) {
        boolean withMicroversions = !version.equals("v2");
        return new JsonObject()
                .put(
                        "version",
                        new JsonObject()
                                .put("id", withMicroversions ? "v2.1" : "v2.0")
                                .put("status", withMicroversions ? "CURRENT" : "SUPPORTED")
                                .put("version", withMicroversions ? Microversion.MOST.toString() : "")
                                .put("min_version", withMicroversions ? Microversion.LEAST.toString() : "")
                                .put("updated", withMicroversions ? "2013-07-23T11:33:21Z" : "2011-01-21T11:33:21Z")
                                .put("links", new JsonArray().add(NovaJson.link("self", origin + "/" + version + "/")))
                                .put(
                                        "media-types",
                                        media("application/vnd.openstack.compute+json;version="
                                                + (withMicroversions ? "2.1" : "2"))));
    }

    static JsonObject identity(String origin) {
        return new JsonObject()
                .put(
                        "version",
                        new JsonObject()
                                .put("id", "v3.14")
                                .put("status", "stable")
                                .put("updated", "2020-04-07T00:00:00Z")
                                .put("links", new JsonArray().add(NovaJson.link("self", origin + "/v3/")))
                                .put("media-types", media("application/vnd.openstack.identity-v3+json")));
    }

    private static JsonArray media(String type) {
        return new JsonArray()
                .add(new JsonObject().put("base", "application/json").put("type", type));
    }
}

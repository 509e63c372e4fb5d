package org.datacapsule.router.http;

import io.vertx.core.json.JsonObject;
import java.io.IOException;

/** Where the keys come from that tokens are checked with; may block. */
@FunctionalInterface
interface KeySource {

    /** The key set (JWKS) as it is now. */
    JsonObject read() throws IOException, InterruptedException;
}

package org.datacapsule.router.sharing;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.Collectors;
import org.datacapsule.router.http.Call;

/** A command on members in the words of its own parameters, for the audit log: whom it was about, and what for. */
final class WhatWasAsked {
    /** Those that decide something; texts about the project are in the capsule's row. */
    private static final List<String> DECIDING =
            List.of("type", "full_access", "guids", "sharees", "controller", "action", "tou");

    private WhatWasAsked() {}

    static String of(Call call) {
        JsonObject parameters = call.parameters().asJson();
        return DECIDING.stream()
                .filter(parameters::containsKey)
                .map(name -> name + "=" + parameters.getValue(name))
                .collect(Collectors.joining(" "));
    }
}

package org.datacapsule.router.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers every operation with what reached it. */
final class EchoEndpoints {
    private final AtomicInteger calls = new AtomicInteger();

    Endpoints serving(Contract contract) {
        Endpoints endpoints = new Endpoints();
        contract.endpoints().forEach(operation -> endpoints.serve(operation, this::echo));
        return endpoints;
    }

    int calls() {
        return calls.get();
    }

    private Reply echo(Call call) {
        calls.incrementAndGet();
        JsonArray roles = new JsonArray();
        call.caller().roles().forEach(role -> roles.add(role.name()));
        return Reply.ok(new JsonObject()
                .put("operation", call.operation())
                .put("guid", call.caller().guid())
                .put("email", call.caller().email().orElse(null))
                .put("userName", call.caller().userName().orElse(null))
                .put("roles", roles)
                .put("parameters", call.parameters().asJson())
                .put("requestId", call.requestId())
                .put("idempotencyKey", call.idempotencyKey().orElse(null))
                .put("virtual", Thread.currentThread().isVirtual()));
    }
}

package org.datacapsule.router.host;

import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.id.HostId;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.Reply;

/** Says whether a host takes new capsules, and what it is good for. */
public final class SetHost {
    private static final String NO_LABELS = "-";

    private final Database database;
    private final HostStore hosts = new HostStore();
    private final AuditLog audit;

    public SetHost(Database database, AuditLog audit) {
        this.database = database;
        this.audit = audit;
    }

    Reply set(Call call) throws InterruptedException {
        HostId host = call.parameters().parsed("id", HostId::new);
        Optional<Boolean> enabled = call.parameters().optionalFlag("enabled");
        Optional<List<String>> labels = call.parameters().optionalText("labels").map(SetHost::labels);
        if (enabled.isEmpty() && labels.isEmpty()) {
            throw Parameters.invalid("enabled", "is required, or labels, or both");
        }
        return database.transaction(tx -> {
            if (enabled.isPresent() && !hosts.enable(tx, host, enabled.get())) {
                throw HostStore.noSuchHost(host);
            }
            if (labels.isPresent() && !hosts.label(tx, host, labels.get())) {
                throw HostStore.noSuchHost(host);
            }
            audit.done(
                    tx,
                    call,
                    "host " + host
                            + enabled.map(on -> on ? " enabled" : " disabled").orElse("")
                            + labels.map(words -> " labels=" + String.join(",", words))
                                    .orElse(""));
            JsonObject reply = new JsonObject().put("id", host.value());
            enabled.ifPresent(on -> reply.put("enabled", on));
            labels.ifPresent(words -> reply.put("labels", words));
            return Reply.ok(reply);
        });
    }

    private static List<String> labels(String text) {
        return text.equals(NO_LABELS)
                ? List.of()
                : Arrays.stream(text.split(",")).distinct().sorted().toList();
    }
}

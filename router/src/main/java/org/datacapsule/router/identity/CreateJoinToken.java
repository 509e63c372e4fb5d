package org.datacapsule.router.identity;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import org.datacapsule.common.certificate.Authority;
import org.datacapsule.common.certificate.Certificates;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.join.JoinToken;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;

/** Makes the token with which one machine can become the host of this name, once. */
final class CreateJoinToken {
    private final Database database;
    private final JoinTokenStore tokens;
    private final Authorities authorities;
    private final AuditLog audit;
    private final InstantSource clock;

    CreateJoinToken(
            Database database, JoinTokenStore tokens, Authorities authorities, AuditLog audit, InstantSource clock) {
        this.database = database;
        this.tokens = tokens;
        this.authorities = authorities;
        this.audit = audit;
        this.clock = clock;
    }

    Reply create(Call call) throws InterruptedException {
        HostId host = call.parameters().parsed("host", HostId::new);
        List<String> addresses = call.parameters().parsed("addresses", CreateJoinToken::addresses);
        Duration life = Duration.ofMinutes(call.parameters().integer("minutes"));
        Instant expiresAt = clock.instant().plus(life).truncatedTo(ChronoUnit.MILLIS);
        JoinToken token =
                JoinToken.random(Certificates.fingerprint(authorities.members().certificate()));
        database.transaction(tx -> {
            tokens.forgetOld(tx);
            tokens.insert(tx, token, host, addresses, call.caller().guid(), expiresAt);
            audit.done(
                    tx,
                    call,
                    "host=" + host + " addresses=" + String.join(",", addresses) + " token=" + token.id() + " until="
                            + expiresAt);
            return token;
        });
        return Reply.ok(new JsonObject()
                .put("token", token.text())
                .put("host", host.value())
                .put("addresses", new JsonArray(addresses))
                .put("expiresAt", expiresAt.toString()));
    }

    private static List<String> addresses(String text) {
        return Arrays.stream(text.split(","))
                .map(Authority::requireAddress)
                .distinct()
                .toList();
    }
}

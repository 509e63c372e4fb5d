package org.datacapsule.router.imageapi.nova;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.account.SignIn;
import org.datacapsule.router.http.Authenticator;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.TokenRole;

/**
 * {@code POST /v3/auth/tokens}: a token comes in, by the token method or where a password would be, and is answered with what
 * Keystone would say of it. For the password of an account, where there are any, one is made.
 */
final class Keystone {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT);
    private static final String REGION = "main";

    private final Authenticator tokens;
    private final SignIn signIn;
    private final InstantSource clock;

    Keystone(Authenticator tokens, SignIn signIn, InstantSource clock) {
        this.tokens = tokens;
        this.signIn = signIn;
        this.clock = clock;
    }

    DialectAnswer authenticate(DialectRequest request, String origin) throws InterruptedException {
        request.requireJson();
        JsonObject identity = object(object(request.json(), "auth"), "identity");
        if (!(identity.getValue("methods") instanceof JsonArray methods) || methods.size() != 1) {
            throw Parameters.invalid("auth.identity.methods", "must be one of [\"token\"] and [\"password\"]");
        }
        String method = String.valueOf(methods.getValue(0));
        String token = switch (method) {
            case "token" -> text(object(identity, "token"), "id");
            case "password" -> byPassword(object(object(identity, "password"), "user"));
            default -> throw Parameters.invalid("auth.identity.methods", "only token and password are known");
        };
        Authenticator.Verified verified = tokens.verify(token);
        return DialectAnswer.json(201, new JsonObject().put("token", describe(method, verified, origin)))
                .with(Map.of("X-Subject-Token", token, "Vary", "X-Auth-Token"));
    }

    /** A user may be named by an id instead, which here is nobody's name. */
    private String byPassword(JsonObject user) throws InterruptedException {
        return signIn.token(user.getValue("name") instanceof String name ? name : "", text(user, "password"));
    }

    private JsonObject describe(String method, Authenticator.Verified verified, String origin) {
        Caller caller = verified.caller();
        JsonObject domain = new JsonObject().put("id", "default").put("name", "Default");
        String name = caller.userName().or(caller::email).orElse(caller.guid());
        JsonArray roles = new JsonArray().add(role("member"));
        if (caller.hasAny(TokenRole.OPERATOR, TokenRole.ADMIN)) {
            roles.add(role("admin"));
        }
        return new JsonObject()
                .put("methods", new JsonArray().add(method))
                .put("user", named(caller.guid(), name).put("domain", domain))
                .put("project", named(caller.guid(), name).put("domain", domain.copy()))
                .put("is_domain", false)
                .put("roles", roles)
                .put("issued_at", time(clock.instant()))
                .put("expires_at", time(verified.expires()))
                .put("audit_ids", new JsonArray())
                .put(
                        "catalog",
                        new JsonArray()
                                .add(service("compute", "nova", origin + "/v2.1"))
                                .add(service("identity", "keystone", origin + "/v3")));
    }

    private static JsonObject named(String id, String name) {
        return new JsonObject().put("id", id).put("name", name);
    }

    private static JsonObject role(String name) {
        return named(name, name);
    }

    private static JsonObject service(String type, String name, String url) {
        JsonArray endpoints = new JsonArray();
        for (String face : new String[] {"public", "internal", "admin"}) {
            endpoints.add(new JsonObject()
                    .put("id", name + "-" + face)
                    .put("interface", face)
                    .put("region", REGION)
                    .put("region_id", REGION)
                    .put("url", url));
        }
        return named(name, name).put("type", type).put("endpoints", endpoints);
    }

    private static JsonObject object(JsonObject from, String name) {
        if (from.getValue(name) instanceof JsonObject inner) {
            return inner;
        }
        throw Parameters.invalid(name, "must be an object");
    }

    private static String text(JsonObject from, String name) {
        return Optional.ofNullable(from.getValue(name))
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .orElseThrow(() -> new ProblemException(
                        ErrorCode.AUTH_TOKEN_MISSING, "The request has no token: " + name + " must be one."));
    }

    private static String time(Instant time) {
        return time.atOffset(ZoneOffset.UTC).format(TIME);
    }
}

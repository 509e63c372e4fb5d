package org.datacapsule.router.identity;

import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.join.JoinRequest;
import org.datacapsule.common.join.JoinToken;
import org.datacapsule.common.signing.ReportVerifier;
import org.datacapsule.common.wire.WireJson;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a machine that has a token a host. It sends no token of a user and not the join token either, but proves that it has
 * that; asked again for the same key, it is answered the same.
 */
final class JoinHost {
    private static final Logger LOG = LoggerFactory.getLogger(JoinHost.class);
    private static final String BY = "system:join";

    private final Database database;
    private final JoinTokenStore tokens;
    private final IdentityStore identities;
    private final Enrol enrol;
    private final AuditLog audit;
    private final InstantSource clock;

    JoinHost(
            Database database,
            JoinTokenStore tokens,
            IdentityStore identities,
            Enrol enrol,
            AuditLog audit,
            InstantSource clock) {
        this.database = database;
        this.tokens = tokens;
        this.identities = identities;
        this.enrol = enrol;
        this.audit = audit;
        this.clock = clock;
    }

    Reply join(Call call) throws InterruptedException {
        JoinRequest.Asked asked = new JoinRequest.Asked(
                call.parameters().text("token"),
                call.parameters().text("host"),
                call.parameters().text("request"),
                call.parameters().text("linkRequest"));
        String proof = call.parameters().text("proof");
        String keyId = ReportVerifier.keyId(Enrol.key("request", asked.request()));
        return database.transaction(tx -> {
            KeptToken kept = lock(tx, asked, proof);
            String enrolment = answer(tx, call, asked, kept, keyId);
            return Reply.ok(new JsonObject()
                    .put("enrolment", enrolment)
                    .put("proof", asToken(kept).proof(asked, enrolment)));
        });
    }

    /** Only who has the token learns more than that the id is unknown. */
    private KeptToken lock(Tx tx, JoinRequest.Asked asked, String proof) throws InterruptedException {
        KeptToken kept = tokens.lock(tx, asked.token())
                .orElseThrow(() -> new ProblemException(
                        ErrorCode.HOST_JOIN_TOKEN_UNKNOWN,
                        "There is no join token " + asked.token()
                                + ", or its host was removed since; ask an administrator for a new one."));
        if (!JoinToken.same(asToken(kept).proof(asked), proof)) {
            LOG.atWarn()
                    .addKeyValue("token", kept.id())
                    .log("a machine that does not know the token tries to join with it");
            throw new ProblemException(
                    ErrorCode.HOST_JOIN_REFUSED,
                    "The proof is not that of who has this token; was the token copied whole?");
        }
        if (!kept.host().value().equals(asked.host())) {
            throw new ProblemException(
                    ErrorCode.HOST_JOIN_REFUSED,
                    "The token is for host " + kept.host() + ", and this machine's host.name is " + asked.host() + ".");
        }
        return kept;
    }

    private String answer(Tx tx, Call call, JoinRequest.Asked asked, KeptToken kept, String keyId)
            throws InterruptedException {
        if (kept.use().isPresent()) {
            return kept.use()
                    .filter(use -> use.keyId().equals(keyId))
                    .map(KeptToken.Use::enrolment)
                    .orElseThrow(() -> new ProblemException(
                            ErrorCode.HOST_JOIN_TOKEN_USED,
                            "The token was used already, by another key; ask an administrator for a new one, and if it"
                                    + " was not you who used it, tell them."));
        }
        if (clock.instant().isAfter(kept.expiresAt())) {
            throw new ProblemException(
                    ErrorCode.HOST_JOIN_TOKEN_EXPIRED,
                    "The token expired at " + kept.expiresAt() + "; ask an administrator for a new one.");
        }
        Issued issued = enrol.issue(kept.host(), kept.addresses(), asked.request(), asked.linkRequest());
        Optional<String> before = identities.replace(tx, kept.host(), kept.addresses(), issued);
        String text = WireJson.text(enrol.enrolment(tx, kept.host(), issued));
        tokens.use(tx, kept.id(), new KeptToken.Use(keyId, text));
        audit.noted(
                tx,
                BY,
                call.requestId(),
                "host_joined",
                Optional.empty(),
                "host=" + kept.host() + " token=" + kept.id() + " of=" + kept.createdBy() + " from="
                        + call.clientAddress() + " key=" + keyId
                        + before.map(id -> " instead of key=" + id).orElse(""));
        LOG.atInfo()
                .addKeyValue("hostId", kept.host())
                .addKeyValue("key", keyId)
                .log("host joined");
        return text;
    }

    private static JoinToken asToken(KeptToken kept) {
        return new JoinToken(kept.id(), kept.secret(), "");
    }
}

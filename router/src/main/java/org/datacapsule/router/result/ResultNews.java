package org.datacapsule.router.result;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.router.archive.ArchiveVerdict;
import org.datacapsule.router.archive.ArchiveVerdict.Listed;
import org.datacapsule.router.archive.ArchiveVerdict.Refused;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.event.EventLog;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.Parameters;

/** Tells what became of a result, in the transaction of that: events, mail, and the audit log where no person did it. */
final class ResultNews {
    private static final Caller SYSTEM = new Caller("system:results", Optional.empty(), Optional.empty(), Set.of());

    private final ResultStore results;
    private final EventLog events;
    private final AuditLog audit;
    private final ResultMail mail;
    private final LinkStore links;
    private final ResultConfig config;

    ResultNews(
            ResultStore results,
            EventLog events,
            AuditLog audit,
            ResultMail mail,
            LinkStore links,
            ResultConfig config) {
        this.results = results;
        this.events = events;
        this.audit = audit;
        this.mail = mail;
        this.links = links;
        this.config = config;
    }

    void arrived(Tx tx, Upload upload, ArchiveVerdict verdict) throws InterruptedException {
        audit.done(
                tx,
                call("result.received"),
                upload.capsule(),
                upload.id() + " sha256 " + upload.sha256() + ", " + upload.bytes() + " bytes");
        switch (verdict) {
            case Listed listed -> {
                tell(tx, upload.capsule(), "result.received", upload.id(), ResultStatus.PENDING, Optional.empty());
                for (String reviewer : config.reviewers()) {
                    mail.waits(tx, reviewer, upload, listed.entries().size());
                }
            }
            case Refused refused -> {
                String why = ResultStore.refusal(refused);
                audit.done(tx, call("result.rejected"), upload.capsule(), upload.id() + ": " + why);
                rejected(tx, upload.capsule(), upload.id(), Optional.of(why));
            }
        }
    }

    void rejected(Tx tx, CapsuleId capsule, ResultId id, Optional<String> comment) throws InterruptedException {
        tell(tx, capsule, "result.rejected", id, ResultStatus.REJECTED, comment);
        for (ResultStore.Recipient recipient : results.recipients(tx, capsule)) {
            if (recipient.email().isPresent()) {
                mail.rejected(tx, recipient.email().get(), capsule, id, comment);
            }
        }
    }

    /** Each member gets a link of their own. */
    void released(Tx tx, Result result, Optional<String> comment) throws InterruptedException {
        tell(tx, result.capsule(), "result.released", result.id(), ResultStatus.RELEASED, comment);
        for (ResultStore.Recipient recipient : results.recipients(tx, result.capsule())) {
            LinkStore.Link link = links.make(tx, result.id(), recipient.guid(), config.linkLife());
            if (recipient.email().isPresent()) {
                mail.released(tx, recipient.email().get(), result, link, comment);
            }
        }
    }

    void revoked(Tx tx, Result result, Optional<String> comment) throws InterruptedException {
        links.deleteAll(tx, result.id());
        tell(tx, result.capsule(), "result.revoked", result.id(), ResultStatus.REVOKED, comment);
        for (ResultStore.Recipient recipient : results.recipients(tx, result.capsule())) {
            if (recipient.email().isPresent()) {
                mail.revoked(tx, recipient.email().get(), result, comment);
            }
        }
    }

    void contentDeleted(Tx tx, Result result) throws InterruptedException {
        links.deleteAll(tx, result.id());
        audit.done(
                tx,
                call("result.content-deleted"),
                result.capsule(),
                result.id().toString());
    }

    private void tell(Tx tx, CapsuleId capsule, String kind, ResultId id, ResultStatus status, Optional<String> comment)
            throws InterruptedException {
        events.add(
                tx,
                capsule,
                kind,
                new JsonObject()
                        .put("resultid", id.toString())
                        .put("status", status.wireName())
                        .put("comment", comment.orElse(null)));
    }

    private static Call call(String action) {
        return new Call(
                action,
                SYSTEM,
                new Parameters(new JsonObject()),
                "result-" + Instant.now().toEpochMilli(),
                "router",
                Optional.empty());
    }
}

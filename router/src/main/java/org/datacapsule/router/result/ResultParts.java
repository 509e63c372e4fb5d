package org.datacapsule.router.result;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.bus.Bus;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.ResultMessage;
import org.datacapsule.common.wire.ResultReply;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.event.EventLog;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.identity.ReportDesk;
import org.datacapsule.router.mail.Outbox;
import org.datacapsule.router.user.UserStore;
import org.datacapsule.router.work.Loop;
import org.datacapsule.router.work.Pauses;

/** Wires all there is of results. */
public final class ResultParts implements AutoCloseable {
    private final ResultConfig config;
    private final ReleaseStore release;
    private final ReceiveResult receive;
    private final ShowResults show;
    private final SendResult send;
    private final DecideResult decide;
    private final ResultSweep sweep;

    /** The parts of a router that results are made with. */
    public record Around(
            Database database,
            Idempotency idempotency,
            UserStore users,
            CapsuleStore capsules,
            AuditLog audit,
            EventLog events,
            Outbox outbox,
            Pauses pauses) {}

    /** @throws IOException when the release store is not there */
    public ResultParts(ResultConfig config, Around around) throws IOException {
        this.config = config;
        Database database = around.database();
        ResultStore results = new ResultStore();
        UploadStore uploads = new UploadStore();
        LinkStore links = new LinkStore();
        this.release = switch (config.store()) {
            case ResultConfig.Store.Directory directory -> DirectoryReleaseStore.open(directory.path());
            case ResultConfig.Store.S3 s3 -> S3ReleaseStore.open(s3.bucket());
        };
        ResultNews news = new ResultNews(
                results,
                around.events(),
                around.audit(),
                new ResultMail(around.outbox(), config.linkPrefix()),
                links,
                config);
        StoreResult store = new StoreResult(database, uploads, results, release, news, around.pauses());
        this.receive = new ReceiveResult(database, uploads, results, store, config.maxBytes());
        this.show = new ShowResults(database, around.capsules(), results, around.audit());
        this.send = new SendResult(
                database, around.users(), around.capsules(), results, links, release, around.audit(), config);
        this.decide = new DecideResult(
                around.idempotency(), around.users(), results, news, around.audit(), config.approvals());
        this.sweep = new ResultSweep(database, results, uploads, links, release, news, config);
    }

    public void register(Endpoints endpoints) {
        endpoints
                .serve("getvmresults", show::ofCapsule)
                .serve("getresultinfo", show::info)
                .serve("checkdownloadability", send::check)
                .serve("download", send::download)
                .serve("headDownload", send::head)
                .serve("showreviewdata", call -> show.forReview(call, List.of(ResultStatus.values())))
                .serve(
                        "showreleased",
                        call -> show.forReview(
                                call, List.of(ResultStatus.RELEASED, ResultStatus.REJECTED, ResultStatus.REVOKED)))
                .serve("showunreleased", call -> show.forReview(call, List.of(ResultStatus.PENDING)))
                .serve("retrieveresultfile", send::retrieve)
                .serve("updateresult", decide::decide);
    }

    /** Takes results from hosts. */
    public void serve(Bus bus, ReportDesk desk) {
        desk.serve(
                bus,
                Contracts.RESULT,
                message -> message instanceof ResultMessage.Begin begin ? Optional.of(begin.host()) : Optional.empty(),
                (from, message) -> receive(from.host(), message));
    }

    /** What a host sends of a result. */
    public ResultReply receive(HostId from, ResultMessage message) throws InterruptedException {
        return receive.receive(from, message);
    }

    /** Deletes what has been kept for long enough, until it is closed. */
    public AutoCloseable startSweep() {
        return Loop.start("results", config.sweep(), sweep::sweepOne);
    }

    @Override
    public void close() {
        release.close();
    }
}

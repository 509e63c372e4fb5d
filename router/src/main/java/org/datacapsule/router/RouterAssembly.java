package org.datacapsule.router;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.datacapsule.common.bus.Bus;
import org.datacapsule.common.bus.BusException;
import org.datacapsule.common.bus.BusNode;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.fault.HaltPoints;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.common.signing.CommandSigner;
import org.datacapsule.common.signing.KeyFiles;
import org.datacapsule.common.wire.Acknowledged;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.audit.AuditedRefusals;
import org.datacapsule.router.audit.Strangers;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.DatabaseUnavailableException;
import org.datacapsule.router.database.Migrations;
import org.datacapsule.router.dispatch.Dispatcher;
import org.datacapsule.router.dispatch.OutcomeRecorder;
import org.datacapsule.router.dispatch.ProgressRecorder;
import org.datacapsule.router.event.EventFeed;
import org.datacapsule.router.event.EventRoutes;
import org.datacapsule.router.expiry.ExpiryMail;
import org.datacapsule.router.expiry.ExpirySweep;
import org.datacapsule.router.fault.StepListener;
import org.datacapsule.router.fence.FenceCommand;
import org.datacapsule.router.host.PortStore;
import org.datacapsule.router.http.ApiServer;
import org.datacapsule.router.http.Authenticator;
import org.datacapsule.router.http.Contract;
import org.datacapsule.router.http.Dialect;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.ErrorRenderer;
import org.datacapsule.router.http.RefusalLog;
import org.datacapsule.router.identity.Authorities;
import org.datacapsule.router.identity.IdentityParts;
import org.datacapsule.router.identity.IdentityStore;
import org.datacapsule.router.identity.ReportDesk;
import org.datacapsule.router.image.ImageConfig;
import org.datacapsule.router.image.ImageDesk;
import org.datacapsule.router.image.NightlyExpunge;
import org.datacapsule.router.image.depot.ImageDepot;
import org.datacapsule.router.image.distribution.DistributionParts;
import org.datacapsule.router.image.intake.IntakeParts;
import org.datacapsule.router.image.source.AddressGuard;
import org.datacapsule.router.image.source.ImageSource;
import org.datacapsule.router.imageapi.ImageApiParts;
import org.datacapsule.router.mail.MailSender;
import org.datacapsule.router.mail.Outbox;
import org.datacapsule.router.work.Loop;
import org.datacapsule.router.work.Pauses;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires a router; closing it ends everything in the reverse order. */
public final class RouterAssembly implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RouterAssembly.class);

    /** How often a router looks for audit rows to chain. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private static final Duration MAIL_LOOK = Duration.ofSeconds(1);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final RouterConfig config;
    private final StepListener steps;
    private int port;

    private RouterAssembly(RouterConfig config) {
        this.config = config;
        this.steps = config.haltFile()
                .map(HaltPoints::new)
                .map(StepListener::haltingAt)
                .orElse(StepListener.NONE);
    }

    /** Starts a router and returns once it serves requests. */
    public static RouterAssembly start(RouterConfig config) throws IOException, BusException, InterruptedException {
        RouterAssembly assembly = new RouterAssembly(config);
        try {
            assembly.open();
            return assembly;
        } catch (IOException | BusException | InterruptedException | RuntimeException e) {
            assembly.close();
            throw e;
        }
    }

    private void open() throws IOException, BusException, InterruptedException {
        Migrations.apply(config.database());
        Authorities authorities = Authorities.open(config.authority());
        Identity own = IdentityParts.ownIdentity(authorities, config.bus());
        BusNode node = remember(BusNode.join(config.bus(), own));
        Database database = remember(Database.open(node.vertx(), config.database()));
        EventFeed feed = remember(new EventFeed(database, config.keepEvents()));
        SecretBox box = SecretBox.fromKeyFile(config.secretsKey());
        IdentityParts identity = new IdentityParts(
                config.authority(),
                authorities,
                config.signingPublicKey(),
                config.bus(),
                config.guests(),
                new IdentityParts.Around(database, box, new AuditLog(), new IdentityStore()));
        Optional<ImageDepot> depot = openDepot(config.images());
        RouterParts parts = remember(new RouterParts(
                config,
                new RouterParts.Around(
                        database,
                        box,
                        new CommandSigner(
                                KeyFiles.readPrivate(config.signingKey()),
                                KeyFiles.readPublic(config.signingPublicKey())),
                        (host, command) -> node.bus().ask(Contracts.COMMAND, host, command),
                        feed::wake,
                        image -> depot.filter(kept -> kept.has(image)).isPresent(),
                        new FenceCommand(config.fence()),
                        Pauses.REAL,
                        InstantSource.system(),
                        steps)));
        database.transaction(tx -> {
            new PortStore().fitGuestSlots(tx, config.guests().slots());
            return true;
        });

        Endpoints endpoints = new Endpoints();
        parts.register(endpoints);
        identity.register(endpoints);
        new EventRoutes(database, feed, config.http().maxConcurrent() / 2).register(endpoints);
        remember(identity.watchRevocations());
        serveAgents(node.bus(), identity, parts);
        distributeImages(node.bus(), database, depot, authorities, identity);
        remember(identity.openDoor(node, config.bus(), own));
        IntakeParts intake = takeImages(node.vertx(), database, depot, parts);
        intake.register(endpoints);
        goOn(node.vertx(), database, parts);
        Strangers strangers = new Strangers(database, parts.audit());
        remember(Loop.start("unknown-callers", config.unknownCallersEvery(), strangers::write));
        Authenticator authenticator = Authenticator.create(node.vertx(), config.auth(), Clock.systemUTC());
        List<Dialect> dialects = dialects(node.vertx(), database, box, parts, intake, authenticator);
        RefusalLog refusals = new AuditedRefusals(database, parts.audit(), strangers);
        listen(node.vertx(), endpoints, dialects, authenticator, database, refusals);
        // Before the server drains: who waits for an event would hold that up.
        remember(feed);
    }

    private Optional<ImageDepot> openDepot(ImageConfig images) throws IOException {
        Optional<ImageDepot> depot = images.openDepot();
        depot.ifPresent(this::remember);
        return depot;
    }

    private void distributeImages(
            Bus bus, Database database, Optional<ImageDepot> depot, Authorities authorities, IdentityParts identity)
            throws IOException {
        DistributionParts distribution = remember(new DistributionParts(
                config.distribution(),
                new DistributionParts.Around(
                        database,
                        depot,
                        new AuditLog(),
                        IdentityParts.ownIdentity(authorities, config.bus()),
                        config.bus().host())));
        identity.revocations().tell(distribution::refuse);
        distribution.serve(bus, identity.desk());
        remember(distribution.startCare());
        distribution.startBringing().ifPresent(this::remember);
    }

    private IntakeParts takeImages(Vertx vertx, Database database, Optional<ImageDepot> depot, RouterParts parts)
            throws InterruptedException {
        IntakeParts intake = remember(new IntakeParts(
                config.intake(),
                new IntakeParts.Around(
                        vertx, database, parts.idempotency(), parts.users(), parts.images(), parts.audit(), depot)));
        intake.start();
        return intake;
    }

    private List<Dialect> dialects(
            Vertx vertx,
            Database database,
            SecretBox box,
            RouterParts parts,
            IntakeParts intake,
            Authenticator authenticator)
            throws IOException {
        ImageSource manifests = remember(ImageSource.create(
                vertx,
                AddressGuard.of(config.intake().origins()),
                config.intake().authorities()));
        ImageDesk desk = new ImageDesk(database, parts.idempotency(), parts.images(), parts.users(), parts.audit());
        ImageApiParts apis = remember(new ImageApiParts(
                config.imageApis(),
                new ImageApiParts.Around(
                        vertx,
                        database,
                        parts.audit(),
                        desk,
                        intake,
                        manifests,
                        authenticator,
                        config.auth(),
                        box,
                        config.distribution().transfers())));
        return apis.dialects();
    }

    /** Starts what a router does by itself. */
    private void goOn(Vertx vertx, Database database, RouterParts parts) throws IOException {
        remember(new Dispatcher(database, parts.operations(), parts.delivery(), parts.signal(), config.operations()))
                .start();
        remember(Loop.start("evictions", LOOK, parts.evictor()::takeOne));
        remember(parts.deadHosts().startWatch());
        remember(parts.deadHosts().startCollecting());
        remember(parts.results().startSweep());
        remember(Loop.start("audit-chain", LOOK, parts.chain()::extend));
        NightlyExpunge.start(database, parts.images(), parts.audit(), config.images())
                .ifPresent(this::remember);
        sweepExpired(vertx, database, parts);
    }

    private void sweepExpired(Vertx vertx, Database database, RouterParts parts) throws IOException {
        Outbox outbox = new Outbox(config.mail().host().isPresent());
        if (config.mail().host().isPresent()) {
            MailSender sender = remember(MailSender.create(vertx, database, outbox, config.mail()));
            remember(Loop.start("mail", MAIL_LOOK, sender::sendOne));
        }
        ExpirySweep sweep = new ExpirySweep(
                database, parts.capsules(), parts.start(), parts.events(), new ExpiryMail(outbox), parts.lifetime());
        remember(Loop.start("expiry", config.lifetime().sweep(), sweep::sweepOne));
    }

    private static void serveAgents(Bus bus, IdentityParts identity, RouterParts parts) {
        OutcomeRecorder outcomes = parts.outcomes();
        ProgressRecorder progress = parts.progress();
        identity.serve(bus);
        ReportDesk desk = identity.desk();
        desk.serve(
                bus,
                Contracts.HEARTBEAT,
                beat -> Optional.of(beat.host()),
                (from, beat) ->
                        identity.revocations().answer(beat, parts.heartbeats().receive(from, beat)));
        desk.serve(bus, Contracts.OUTCOME, report -> Optional.of(report.host()), (from, report) -> {
            outcomes.record(report);
            return new Acknowledged();
        });
        desk.serve(bus, Contracts.PROGRESS, report -> Optional.of(report.host()), (from, report) -> {
            progress.record(report);
            return new Acknowledged();
        });
        parts.results().serve(bus, desk);
    }

    private void listen(
            Vertx vertx,
            Endpoints endpoints,
            List<Dialect> dialects,
            Authenticator authenticator,
            Database database,
            RefusalLog refusals) {
        ApiServer server = new ApiServer(
                vertx,
                config.http(),
                Contract.load(),
                endpoints,
                dialects,
                authenticator,
                new ErrorRenderer(RouterAssembly::databaseAway),
                refusals,
                Map.of("database", database::answers));
        port = server.start().toCompletionStage().toCompletableFuture().join();
        remember(() -> server.close().toCompletionStage().toCompletableFuture().join());
        LOG.atInfo()
                .addKeyValue("address", config.http().host())
                .addKeyValue("port", port)
                .log("router serves requests");
    }

    /** The port the API listens on. */
    public int port() {
        return port;
    }

    private static Optional<Problem> databaseAway(Throwable failure) {
        return failure instanceof DatabaseUnavailableException
                ? Optional.of(Problem.of(
                        ErrorCode.SERVICE_UNAVAILABLE,
                        "The database is away. Whether the command took effect is unknown: repeat it with the same"
                                + " Idempotency-Key, or look at /show."))
                : Optional.empty();
    }

    private <T extends AutoCloseable> T remember(T part) {
        opened.push(part);
        return part;
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                LOG.atWarn().setCause(e).log("a part did not close");
            }
        }
    }
}

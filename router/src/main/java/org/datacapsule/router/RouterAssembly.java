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
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.common.signing.CommandSigner;
import org.datacapsule.common.signing.KeyFiles;
import org.datacapsule.common.wire.Acknowledged;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.router.audit.AuditChain;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.audit.AuditRoutes;
import org.datacapsule.router.audit.AuditedRefusals;
import org.datacapsule.router.audit.Strangers;
import org.datacapsule.router.capsule.CapsuleJson;
import org.datacapsule.router.capsule.CapsuleRoutes;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.capsule.CommandCapsule;
import org.datacapsule.router.capsule.CreateCapsule;
import org.datacapsule.router.capsule.ListCapsules;
import org.datacapsule.router.capsule.LoginSecret;
import org.datacapsule.router.capsule.Reservation;
import org.datacapsule.router.capsule.SecureVolumes;
import org.datacapsule.router.capsule.ShowCapsules;
import org.datacapsule.router.capsule.StartOperation;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.DatabaseUnavailableException;
import org.datacapsule.router.database.Migrations;
import org.datacapsule.router.dispatch.Agents;
import org.datacapsule.router.dispatch.CommandBuilder;
import org.datacapsule.router.dispatch.Delivery;
import org.datacapsule.router.dispatch.Dispatcher;
import org.datacapsule.router.dispatch.Evictor;
import org.datacapsule.router.dispatch.InventoryRepair;
import org.datacapsule.router.dispatch.OutcomeRecorder;
import org.datacapsule.router.dispatch.ProgressRecorder;
import org.datacapsule.router.dispatch.RecallOrders;
import org.datacapsule.router.dispatch.SideTurn;
import org.datacapsule.router.drift.DriftLog;
import org.datacapsule.router.evacuation.EvacuationStore;
import org.datacapsule.router.event.EventFeed;
import org.datacapsule.router.event.EventLog;
import org.datacapsule.router.event.EventRoutes;
import org.datacapsule.router.expiry.ExpiryMail;
import org.datacapsule.router.expiry.ExpirySweep;
import org.datacapsule.router.expiry.ExtendCapsule;
import org.datacapsule.router.fault.StepListener;
import org.datacapsule.router.fence.ReadmitHost;
import org.datacapsule.router.host.HeartbeatReceiver;
import org.datacapsule.router.host.HostAbsence;
import org.datacapsule.router.host.HostRoutes;
import org.datacapsule.router.host.HostStore;
import org.datacapsule.router.host.PortStore;
import org.datacapsule.router.host.RemoveHost;
import org.datacapsule.router.host.SetHost;
import org.datacapsule.router.http.ApiServer;
import org.datacapsule.router.http.Authenticator;
import org.datacapsule.router.http.Contract;
import org.datacapsule.router.http.Dialect;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.ErrorRenderer;
import org.datacapsule.router.http.RefusalLog;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.idempotency.IdempotencyStore;
import org.datacapsule.router.identity.Authorities;
import org.datacapsule.router.identity.IdentityParts;
import org.datacapsule.router.identity.IdentityStore;
import org.datacapsule.router.identity.ReportDesk;
import org.datacapsule.router.image.CatalogueRoutes;
import org.datacapsule.router.image.ImageConfig;
import org.datacapsule.router.image.ImageDesk;
import org.datacapsule.router.image.ImageRoutes;
import org.datacapsule.router.image.ImageStore;
import org.datacapsule.router.image.NightlyExpunge;
import org.datacapsule.router.image.depot.DirectoryDepot;
import org.datacapsule.router.image.depot.ImageDepot;
import org.datacapsule.router.image.distribution.DistributionParts;
import org.datacapsule.router.image.intake.IntakeParts;
import org.datacapsule.router.image.source.AddressGuard;
import org.datacapsule.router.image.source.ImageSource;
import org.datacapsule.router.imageapi.ImageApiParts;
import org.datacapsule.router.lifetime.LifetimeRule;
import org.datacapsule.router.mail.MailSender;
import org.datacapsule.router.mail.Outbox;
import org.datacapsule.router.migration.AdvanceMigration;
import org.datacapsule.router.migration.CancelMigration;
import org.datacapsule.router.migration.DrainHost;
import org.datacapsule.router.migration.EvictionStore;
import org.datacapsule.router.migration.ForgetTarget;
import org.datacapsule.router.migration.MigrationRoutes;
import org.datacapsule.router.migration.MigrationStore;
import org.datacapsule.router.migration.StartMigration;
import org.datacapsule.router.operation.OperationRoutes;
import org.datacapsule.router.operation.OperationSignal;
import org.datacapsule.router.operation.OperationStore;
import org.datacapsule.router.operation.SideOperationStore;
import org.datacapsule.router.receipt.ReceiptRoutes;
import org.datacapsule.router.receipt.ReceiptStore;
import org.datacapsule.router.receipt.RecordReceipt;
import org.datacapsule.router.result.ResultParts;
import org.datacapsule.router.sharing.AddSharees;
import org.datacapsule.router.sharing.AddSupportUser;
import org.datacapsule.router.sharing.ChangeMembers;
import org.datacapsule.router.sharing.DeleteSharees;
import org.datacapsule.router.sharing.DescriptionStore;
import org.datacapsule.router.sharing.ManageController;
import org.datacapsule.router.sharing.MemberStore;
import org.datacapsule.router.sharing.SharingRoutes;
import org.datacapsule.router.sharing.StartKeySync;
import org.datacapsule.router.sharing.TermsOfUse;
import org.datacapsule.router.sharing.UpdateCapsule;
import org.datacapsule.router.sharing.UserKeys;
import org.datacapsule.router.user.UserRoutes;
import org.datacapsule.router.user.UserStore;
import org.datacapsule.router.work.Loop;
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
        this.steps = config.haltAt().isEmpty() ? StepListener.NONE : StepListener.haltingAt(config.haltAt());
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
        BusNode node = remember(BusNode.join(config.bus(), IdentityParts.ownIdentity(authorities, config.bus())));
        Database database = remember(Database.open(node.vertx(), config.database()));

        UserStore users = new UserStore(config.quota());
        Optional<ImageDepot> depot = openDepot(config.images());
        HostStore hosts =
                new HostStore(image -> depot.flatMap(has -> has.file(image)).isPresent());
        PortStore ports = new PortStore();
        CapsuleStore capsules = new CapsuleStore();
        OperationStore operations = new OperationStore();
        AuditLog audit = new AuditLog();
        EventFeed feed = remember(new EventFeed(database, config.keepEvents()));
        EventLog events = new EventLog(feed::wake);
        LifetimeRule lifetime = new LifetimeRule(config.lifetime());
        OperationSignal signal = new OperationSignal();
        SecretBox box = SecretBox.fromKeyFile(config.secretsKey());
        IdentityStore identities = new IdentityStore();
        IdentityParts identity = new IdentityParts(
                config.authority(),
                authorities,
                config.signingPublicKey(),
                config.bus(),
                config.guests(),
                new IdentityParts.Around(database, box, audit, identities));
        LoginSecret secrets = new LoginSecret(box);
        SecureVolumes volumes = new SecureVolumes(capsules, box, config.secureMode());
        ReceiptStore receipts = new ReceiptStore();
        Idempotency idempotency = new Idempotency(database, new IdempotencyStore());
        database.transaction(tx -> {
            ports.fitGuestSlots(tx, config.guests().slots());
            return true;
        });

        MemberStore members = new MemberStore();
        SideOperationStore sideOperations = new SideOperationStore();
        StartKeySync keys = new StartKeySync(members, sideOperations, signal, config.operations());
        MigrationStore migrations = new MigrationStore();
        EvictionStore evictions = new EvictionStore();
        CommandBuilder builder = new CommandBuilder(
                migrations,
                new EvacuationStore(),
                config.guests(),
                secrets,
                volumes,
                config.stopGrace(),
                InstantSource.system());
        CommandSigner signer = new CommandSigner(
                KeyFiles.readPrivate(config.signingKey()), KeyFiles.readPublic(config.signingPublicKey()));
        DriftLog drift = new DriftLog();
        HostAbsence absence = new HostAbsence(hosts, events, drift);
        DistributionParts distribution = remember(new DistributionParts(
                config.distribution(),
                new DistributionParts.Around(
                        database,
                        depot,
                        audit,
                        IdentityParts.ownIdentity(authorities, config.bus()),
                        config.bus().host())));
        HeartbeatReceiver heartbeats = new HeartbeatReceiver(
                database,
                hosts,
                identities,
                operations,
                new InventoryRepair(capsules, keys, audit, events, drift, config.hosts()),
                distribution.check(),
                absence,
                new ReadmitHost(evictions, new RecallOrders(evictions, builder, signer), audit),
                audit,
                signal,
                config.hosts());
        OutcomeRecorder outcomes = new OutcomeRecorder(
                database,
                capsules,
                operations,
                ports,
                hosts,
                keys,
                new RecordReceipt(receipts),
                new AdvanceMigration(migrations, evictions, ports, signal),
                drift,
                audit,
                events,
                config.operations(),
                steps);
        Agents agents = (host, command) -> node.bus().ask(Contracts.COMMAND, host.value(), command);
        Delivery delivery = new Delivery(
                database,
                operations,
                hosts,
                new SideTurn(database, sideOperations),
                builder,
                signer,
                agents,
                outcomes,
                heartbeats,
                config.operations(),
                steps);
        serveAgents(node.bus(), identity, heartbeats, outcomes, new ProgressRecorder(database, operations));
        distribution.serve(node.bus(), identity.desk());
        Dispatcher dispatcher = remember(new Dispatcher(database, operations, delivery, signal, config.operations()));

        StartOperation start = new StartOperation(
                capsules,
                volumes,
                hosts,
                operations,
                audit,
                events,
                signal,
                config.operations(),
                steps,
                new ForgetTarget(migrations, evictions));
        ImageStore images = new ImageStore();
        Endpoints endpoints = new Endpoints();
        new CapsuleRoutes(
                        new CreateCapsule(
                                idempotency,
                                users,
                                images,
                                new Reservation(hosts, ports, config.placement()),
                                capsules,
                                secrets,
                                start,
                                config.capsules(),
                                config.secureMode(),
                                config.guests()),
                        new CommandCapsule(idempotency, users, capsules, start),
                        new ShowCapsules(database, new CapsuleJson(secrets, lifetime)),
                        new ListCapsules(database))
                .register(endpoints);
        new OperationRoutes(database, operations).register(endpoints);
        identity.register(endpoints);
        new HostRoutes(database, new SetHost(database, audit), new RemoveHost(idempotency, identities, audit))
                .register(endpoints);
        StartMigration migrate = new StartMigration(
                idempotency, capsules, hosts, ports, migrations, evictions, start, config.placement(), config.guests());
        new MigrationRoutes(
                        database,
                        migrate,
                        new CancelMigration(idempotency, capsules, migrations, start),
                        new DrainHost(database, hosts, capsules, migrate, audit))
                .register(endpoints);
        DeadHostParts deadHosts = new DeadHostParts(
                config,
                new DeadHostParts.Around(
                        database, capsules, hosts, ports, evictions, start, events, audit, drift, absence));
        deadHosts.register(endpoints);
        new ImageRoutes(database, idempotency, images, users, audit).register(endpoints);
        new CatalogueRoutes(database, idempotency, images, users, audit).register(endpoints);
        IntakeParts intake = remember(new IntakeParts(
                config.intake(),
                new IntakeParts.Around(node.vertx(), database, idempotency, users, images, audit, depot)));
        intake.register(endpoints);
        intake.start();
        NightlyExpunge.start(database, images, audit, config.images()).ifPresent(this::remember);
        new UserRoutes(database, idempotency, users, audit).register(endpoints);
        sharing(database, idempotency, users, new ChangeMembers(capsules, members, keys, audit), keys, audit)
                .register(endpoints);
        new ReceiptRoutes(database, capsules, receipts).register(endpoints);
        new AuditRoutes(database).register(endpoints);
        new EventRoutes(database, feed, config.http().maxConcurrent() / 2).register(endpoints);
        new ExtendCapsule(idempotency, users, capsules, audit, events, config.lifetime()).register(endpoints);
        ResultParts results = remember(new ResultParts(
                config.results(),
                new ResultParts.Around(
                        database,
                        idempotency,
                        users,
                        capsules,
                        audit,
                        events,
                        new Outbox(config.mail().host().isPresent()))));
        results.register(endpoints);
        results.serve(node.bus(), identity.desk());
        remember(results.startSweep());
        dispatcher.start();
        remember(Loop.start("evictions", LOOK, new Evictor(database, evictions, builder, signer, agents)::takeOne));
        remember(distribution.startCare());
        remember(deadHosts.startWatch());
        remember(deadHosts.startCollecting());
        remember(Loop.start("audit-chain", LOOK, new AuditChain(database)::extend));
        sweepExpired(node.vertx(), database, new ExpiryParts(capsules, start, events, lifetime));
        Strangers strangers = new Strangers(database, audit);
        remember(Loop.start("unknown-callers", config.unknownCallersEvery(), strangers::write));
        Authenticator authenticator = Authenticator.create(node.vertx(), config.auth(), Clock.systemUTC());
        ImageSource manifests = remember(
                ImageSource.create(node.vertx(), AddressGuard.of(config.intake().origins())));
        List<Dialect> dialects = ImageApiParts.dialects(
                config.imageApis(),
                new ImageDesk(database, idempotency, images, users, audit),
                intake,
                manifests,
                authenticator);
        listen(
                node.vertx(),
                endpoints,
                dialects,
                authenticator,
                database,
                new AuditedRefusals(database, audit, strangers));
        // Before the server drains: who waits for an event would hold that up.
        remember(feed);
    }

    private Optional<ImageDepot> openDepot(ImageConfig images) throws IOException {
        return images.directory().isPresent()
                ? Optional.of(remember(DirectoryDepot.open(images.directory().get(), images.spare())))
                : Optional.empty();
    }

    private record ExpiryParts(CapsuleStore capsules, StartOperation start, EventLog events, LifetimeRule lifetime) {}

    private void sweepExpired(Vertx vertx, Database database, ExpiryParts parts) throws IOException {
        Outbox outbox = new Outbox(config.mail().host().isPresent());
        if (config.mail().host().isPresent()) {
            MailSender sender = remember(MailSender.create(vertx, database, outbox, config.mail()));
            remember(Loop.start("mail", MAIL_LOOK, sender::sendOne));
        }
        ExpirySweep sweep = new ExpirySweep(
                database, parts.capsules(), parts.start(), parts.events(), new ExpiryMail(outbox), parts.lifetime());
        remember(Loop.start("expiry", config.lifetime().sweep(), sweep::sweepOne));
    }

    private SharingRoutes sharing(
            Database database,
            Idempotency idempotency,
            UserStore users,
            ChangeMembers change,
            StartKeySync keys,
            AuditLog audit) {
        DescriptionStore descriptions = new DescriptionStore();
        return new SharingRoutes(
                new AddSharees(idempotency, users, change, descriptions, config.sharing()),
                new DeleteSharees(idempotency, users, change),
                new ManageController(idempotency, users, change),
                new AddSupportUser(idempotency, users, change, config.sharing()),
                new UpdateCapsule(idempotency, users, change, descriptions),
                new TermsOfUse(database, idempotency, users, change, audit),
                new UserKeys(idempotency, users, change, keys, audit));
    }

    private static void serveAgents(
            Bus bus,
            IdentityParts identity,
            HeartbeatReceiver heartbeats,
            OutcomeRecorder outcomes,
            ProgressRecorder progress) {
        identity.serve(bus);
        ReportDesk desk = identity.desk();
        desk.serve(bus, Contracts.HEARTBEAT, beat -> Optional.of(beat.host()), heartbeats::receive);
        desk.serve(bus, Contracts.OUTCOME, report -> Optional.of(report.host()), (from, report) -> {
            outcomes.record(report);
            return new Acknowledged();
        });
        desk.serve(bus, Contracts.PROGRESS, report -> Optional.of(report.host()), (from, report) -> {
            progress.record(report);
            return new Acknowledged();
        });
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

package org.datacapsule.campaign.simulated;

import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.common.wire.Acknowledged;
import org.datacapsule.common.wire.Contract;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.OutcomeReport;
import org.datacapsule.common.wire.ProgressReport;
import org.datacapsule.common.wire.ReportReply;
import org.datacapsule.common.wire.SignedReport;
import org.datacapsule.common.wire.WireJson;
import org.datacapsule.router.RouterConfig;
import org.datacapsule.router.audit.AuditChain;
import org.datacapsule.router.audit.AuditLog;
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
import org.datacapsule.router.dispatch.Agents;
import org.datacapsule.router.dispatch.CommandBuilder;
import org.datacapsule.router.dispatch.Delivery;
import org.datacapsule.router.dispatch.Evictor;
import org.datacapsule.router.dispatch.InventoryRepair;
import org.datacapsule.router.dispatch.OutcomeRecorder;
import org.datacapsule.router.dispatch.ProgressRecorder;
import org.datacapsule.router.dispatch.RecallOrders;
import org.datacapsule.router.dispatch.SideTurn;
import org.datacapsule.router.drift.DriftLog;
import org.datacapsule.router.evacuation.EvacuationStore;
import org.datacapsule.router.event.EventLog;
import org.datacapsule.router.fault.RouterStep;
import org.datacapsule.router.fault.StepListener;
import org.datacapsule.router.fence.ReadmitHost;
import org.datacapsule.router.host.HeartbeatReceiver;
import org.datacapsule.router.host.HostAbsence;
import org.datacapsule.router.host.HostRoutes;
import org.datacapsule.router.host.HostStore;
import org.datacapsule.router.host.PortStore;
import org.datacapsule.router.host.RemoveHost;
import org.datacapsule.router.host.SetHost;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.Success;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.idempotency.IdempotencyStore;
import org.datacapsule.router.identity.IdentityStore;
import org.datacapsule.router.identity.Sender;
import org.datacapsule.router.image.ImageRoutes;
import org.datacapsule.router.image.ImageStore;
import org.datacapsule.router.image.distribution.HostImages;
import org.datacapsule.router.lifetime.LifetimeRule;
import org.datacapsule.router.migration.AdvanceMigration;
import org.datacapsule.router.migration.CancelMigration;
import org.datacapsule.router.migration.DrainHost;
import org.datacapsule.router.migration.EvictionStore;
import org.datacapsule.router.migration.ForgetTarget;
import org.datacapsule.router.migration.MigrationRoutes;
import org.datacapsule.router.migration.MigrationStore;
import org.datacapsule.router.migration.StartMigration;
import org.datacapsule.router.operation.Operation;
import org.datacapsule.router.operation.OperationSignal;
import org.datacapsule.router.operation.OperationStore;
import org.datacapsule.router.operation.SideOperationStore;
import org.datacapsule.router.receipt.ReceiptStore;
import org.datacapsule.router.receipt.RecordReceipt;
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
import org.datacapsule.router.user.UserStore;

/** A router without its HTTP and its bus: the same use cases over the same rows, wired as {@code RouterAssembly} does. */
final class SimulatedRouter implements Node {
    private static final int AT_ONCE = 8;
    private static final Duration LOOK = Duration.ofMillis(400);
    private static final Duration LOOK_AT_CHAIN = Duration.ofSeconds(20);

    private final World world;
    private final String name;
    private final SimulatedDatabase rows;
    private final RouterConfig config;
    private final Keys keys;
    private Life process;
    private Parts parts;

    SimulatedRouter(World world, String name, SimulatedDatabase rows, RouterConfig config, Keys keys) {
        this.world = world;
        this.name = name;
        this.rows = rows;
        this.config = config;
        this.keys = keys;
        this.process = new Life(world.time(), name);
        this.parts = wire(process);
    }

    /** What one life of a router is made of. */
    private record Parts(
            Database database,
            OperationStore operations,
            Delivery delivery,
            Evictor evictor,
            AuditChain chain,
            HeartbeatReceiver heartbeats,
            OutcomeRecorder outcomes,
            ProgressRecorder progress,
            Endpoints endpoints) {}

    @Override
    public String name() {
        return name;
    }

    @Override
    public Life process() {
        return process;
    }

    @Override
    public boolean isUp() {
        return !process.isDead();
    }

    /** A new process. */
    void start() {
        process = new Life(world.time(), name);
        parts = wire(process);
        Life life = process;
        Parts made = parts;
        world.time().start(life, "dispatcher", () -> dispatch(life, made));
        world.time().start(life, "evictions", () -> evict(made));
        world.time().start(life, "audit-chain", () -> chain(made));
    }

    private Parts wire(Life life) {
        Database database = rows.router();
        StepListener steps = (kind, step) -> reached(life, kind, step);
        UserStore users = new UserStore(config.quota());
        HostStore hosts = new HostStore();
        PortStore ports = new PortStore();
        CapsuleStore capsules = new CapsuleStore();
        OperationStore operations = new OperationStore();
        AuditLog audit = new AuditLog();
        EventLog events = new EventLog(() -> {});
        OperationSignal signal = new OperationSignal();
        SecretBox box = keys.secrets();
        LoginSecret secrets = new LoginSecret(box);
        SecureVolumes volumes = new SecureVolumes(capsules, box, config.secureMode());
        Idempotency idempotency = new Idempotency(database, new IdempotencyStore());
        MemberStore members = new MemberStore();
        SideOperationStore sideOperations = new SideOperationStore();
        StartKeySync keySync = new StartKeySync(members, sideOperations, signal, config.operations());
        MigrationStore migrations = new MigrationStore();
        EvictionStore evictions = new EvictionStore();
        DriftLog drift = new DriftLog();
        CommandBuilder builder = new CommandBuilder(
                migrations, new EvacuationStore(), config.guests(), secrets, volumes, config.stopGrace(), world.time());
        HeartbeatReceiver heartbeats = new HeartbeatReceiver(
                database,
                hosts,
                new IdentityStore(),
                operations,
                new InventoryRepair(capsules, keySync, audit, events, drift, config.hosts()),
                new HostImages(image -> false),
                new HostAbsence(hosts, events, drift),
                new ReadmitHost(evictions, new RecallOrders(evictions, builder, keys.signer()), audit),
                audit,
                signal,
                config.hosts());
        OutcomeRecorder outcomes = new OutcomeRecorder(
                database,
                capsules,
                operations,
                ports,
                hosts,
                keySync,
                new RecordReceipt(new ReceiptStore()),
                new AdvanceMigration(migrations, evictions, ports, signal),
                drift,
                audit,
                events,
                config.operations(),
                steps);
        Agents agents =
                (host, command) -> world.wires().ask(this, world.machine(host.value()), Contracts.COMMAND, command);
        Delivery delivery = new Delivery(
                database,
                operations,
                hosts,
                new SideTurn(database, sideOperations),
                builder,
                keys.signer(),
                agents,
                outcomes,
                heartbeats,
                config.operations(),
                steps);
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
                        new ShowCapsules(database, new CapsuleJson(secrets, new LifetimeRule(config.lifetime()))),
                        new ListCapsules(database))
                .register(endpoints);
        StartMigration migrate = new StartMigration(
                idempotency, capsules, hosts, ports, migrations, evictions, start, config.placement(), config.guests());
        new HostRoutes(database, new SetHost(database, audit), new RemoveHost(idempotency, new IdentityStore(), audit))
                .register(endpoints);
        new MigrationRoutes(
                        database,
                        migrate,
                        new CancelMigration(idempotency, capsules, migrations, start),
                        new DrainHost(database, hosts, capsules, migrate, audit))
                .register(endpoints);
        new ImageRoutes(database, idempotency, images, users, audit).register(endpoints);
        ChangeMembers change = new ChangeMembers(capsules, members, keySync, audit);
        DescriptionStore descriptions = new DescriptionStore();
        new SharingRoutes(
                        new AddSharees(idempotency, users, change, descriptions, config.sharing()),
                        new DeleteSharees(idempotency, users, change),
                        new ManageController(idempotency, users, change),
                        new AddSupportUser(idempotency, users, change, config.sharing()),
                        new UpdateCapsule(idempotency, users, change, descriptions),
                        new TermsOfUse(database, idempotency, users, change, audit),
                        new UserKeys(idempotency, users, change, keySync, audit))
                .register(endpoints);
        return new Parts(
                database,
                operations,
                delivery,
                new Evictor(database, evictions, builder, keys.signer(), agents),
                new AuditChain(database),
                heartbeats,
                outcomes,
                new ProgressRecorder(database, operations),
                endpoints);
    }

    /** In the middle of a transaction nobody else has a turn, as they would wait for its rows; the router may die all the same. */
    private void reached(Life life, OperationKind kind, RouterStep step) {
        if (step == RouterStep.OUTCOME_UNCOMMITTED) {
            life.step();
        } else {
            world.turn(life, step.of(kind));
        }
    }

    /** Looks when somebody has written, or when what is written is due: looks in between would find nothing. */
    private void dispatch(Life life, Parts made) {
        long seen = -1;
        Optional<OffsetDateTime> next = Optional.empty();
        while (!life.isDead()) {
            if (seen != rows.commits()
                    || next.filter(at -> !at.toInstant().isAfter(world.time().instant()))
                            .isPresent()) {
                seen = rows.commits();
                next = quietly(() -> look(life, made));
            }
            world.time().pause(LOOK.plus(world.time().between(0, 100)));
        }
    }

    /** Answers when the next is due. */
    private Optional<OffsetDateTime> look(Life life, Parts made) throws InterruptedException {
        List<Operation> due = made.database()
                .transaction(tx -> made.operations()
                        .claimDue(tx, AT_ONCE, config.operations().claim()));
        for (Operation operation : due) {
            world.time()
                    .start(
                            life,
                            "delivery",
                            () -> quietly(() -> {
                                made.delivery().deliver(operation);
                                return Optional.empty();
                            }));
        }
        return made.database()
                .read(tx -> tx.first(
                                "select min(due_at) as due from operation where state in ('QUEUED', 'RUNNING')",
                                Tuple.tuple(),
                                row -> Optional.ofNullable(row.getOffsetDateTime("due")))
                        .orElseThrow());
    }

    private void evict(Parts made) {
        long seen = -1;
        boolean waits = false;
        while (true) {
            if (waits || seen != rows.commits()) {
                seen = rows.commits();
                waits = quietly(() -> made.database()
                                .read(tx -> tx.first(
                                        "select now() from eviction limit 1",
                                        Tuple.tuple(),
                                        row -> row.getOffsetDateTime(0))))
                        .isPresent();
                if (waits) {
                    quietly(() -> {
                        made.evictor().takeOne();
                        return Optional.empty();
                    });
                }
            }
            world.time().pause(Duration.ofSeconds(2).plus(world.time().between(0, 500)));
        }
    }

    private void chain(Parts made) {
        while (true) {
            world.time().pause(LOOK_AT_CHAIN.plus(world.time().between(0, 5_000)));
            extendChain(made);
        }
    }

    private static void extendChain(Parts made) {
        quietly(() -> {
            made.chain().extend();
            return Optional.empty();
        });
    }

    /** Something a router does again when it failed. */
    @FunctionalInterface
    private interface Work {
        Optional<OffsetDateTime> now() throws InterruptedException;
    }

    private static Optional<OffsetDateTime> quietly(Work work) {
        try {
            return work.now();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (DatabaseUnavailableException e) {
            return Optional.empty();
        }
    }

    @Override
    public String answer(Contract<?, ?> contract, String question) {
        SignedReport report = WireJson.read(question, SignedReport.class);
        try {
            return WireJson.text(new ReportReply.Answered(WireJson.text(taken(contract.name(), report))));
        } catch (ProblemException e) {
            return WireJson.text(new ReportReply.Refused(e.problem()));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Object taken(String contract, SignedReport report) throws InterruptedException {
        if (contract.equals(Contracts.HEARTBEAT.name())) {
            return parts.heartbeats()
                    .receive(new Sender(report.host(), report.at()), WireJson.read(report.report(), Heartbeat.class));
        }
        if (contract.equals(Contracts.OUTCOME.name())) {
            parts.outcomes().record(WireJson.read(report.report(), OutcomeReport.class));
        } else {
            parts.progress().record(WireJson.read(report.report(), ProgressReport.class));
        }
        return new Acknowledged();
    }

    /** @throws ProblemException as for a client */
    Success handle(Call call) {
        try {
            return parts.endpoints().find(call.operation()).orElseThrow().handle(call);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Chains what waits, and follows the whole chain. */
    AuditChain.Report verifyChain() throws InterruptedException {
        while (parts.chain().extend()) {
            // Until nothing waits.
        }
        return parts.chain().verify(Optional.empty());
    }

    void kill() {
        process.kill();
    }
}

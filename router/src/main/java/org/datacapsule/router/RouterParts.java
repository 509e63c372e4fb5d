package org.datacapsule.router;

import java.io.IOException;
import java.time.InstantSource;
import java.util.function.Predicate;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.common.signing.CommandSigner;
import org.datacapsule.router.audit.AuditChain;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.audit.AuditRoutes;
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
import org.datacapsule.router.diskimage.CancelShare;
import org.datacapsule.router.diskimage.CapsuleSnapshots;
import org.datacapsule.router.diskimage.ShareImage;
import org.datacapsule.router.dispatch.Agents;
import org.datacapsule.router.dispatch.CommandBuilder;
import org.datacapsule.router.dispatch.Delivery;
import org.datacapsule.router.dispatch.Evictor;
import org.datacapsule.router.dispatch.InventoryRepair;
import org.datacapsule.router.dispatch.Leftovers;
import org.datacapsule.router.dispatch.OutcomeRecorder;
import org.datacapsule.router.dispatch.ProgressRecorder;
import org.datacapsule.router.dispatch.RecallOrders;
import org.datacapsule.router.dispatch.SideTurn;
import org.datacapsule.router.drift.DriftLog;
import org.datacapsule.router.evacuation.EvacuationStore;
import org.datacapsule.router.event.EventLog;
import org.datacapsule.router.expiry.ExtendCapsule;
import org.datacapsule.router.fault.StepListener;
import org.datacapsule.router.fence.Fencing;
import org.datacapsule.router.fence.ReadmitHost;
import org.datacapsule.router.host.HeartbeatReceiver;
import org.datacapsule.router.host.HostAbsence;
import org.datacapsule.router.host.HostRoutes;
import org.datacapsule.router.host.HostStore;
import org.datacapsule.router.host.PortStore;
import org.datacapsule.router.host.RemoveHost;
import org.datacapsule.router.host.SetHost;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.idempotency.IdempotencyStore;
import org.datacapsule.router.identity.IdentityStore;
import org.datacapsule.router.image.CatalogueRoutes;
import org.datacapsule.router.image.ImageRoutes;
import org.datacapsule.router.image.ImageStore;
import org.datacapsule.router.image.distribution.HostImages;
import org.datacapsule.router.lifetime.LifetimeRule;
import org.datacapsule.router.lineage.LineageRoutes;
import org.datacapsule.router.lineage.LineageStore;
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
import org.datacapsule.router.work.Pauses;

/**
 * Wires all of a router but its HTTP server, its place on the bus and its loops: what is around it comes in as ports, so that a
 * simulation has the very same. Nothing runs by itself here.
 */
public final class RouterParts implements AutoCloseable {
    private final RouterConfig config;
    private final Around around;

    private final HostStore hosts;
    private final PortStore ports = new PortStore();
    private final CapsuleStore capsules = new CapsuleStore();
    private final OperationStore operations = new OperationStore();
    private final ImageStore images = new ImageStore();
    private final IdentityStore identities = new IdentityStore();
    private final MemberStore members = new MemberStore();
    private final MigrationStore migrations = new MigrationStore();
    private final EvictionStore evictions = new EvictionStore();
    private final ReceiptStore receipts = new ReceiptStore();
    private final AuditLog audit = new AuditLog();
    private final DriftLog drift = new DriftLog();
    private final OperationSignal signal = new OperationSignal();

    private final UserStore users;
    private final EventLog events;
    private final LifetimeRule lifetime;
    private final LoginSecret secrets;
    private final SecureVolumes volumes;
    private final Idempotency idempotency;
    private final StartKeySync keys;
    private final CommandBuilder builder;
    private final StartOperation start;
    private final HeartbeatReceiver heartbeats;
    private final OutcomeRecorder outcomes;
    private final DeadHostParts deadHosts;
    private final ResultParts results;

    /**
     * What a router works with.
     *
     * @param secrets opens what is sealed in rows
     * @param wakeFeed a hint, after a commit, that there are events to publish
     * @param storedImages whether the image store has content
     * @param fencing powers hosts off
     * @param steps is told of each step at which a router may die
     */
    public record Around(
            Database database,
            SecretBox secrets,
            CommandSigner signer,
            Agents agents,
            Runnable wakeFeed,
            Predicate<Sha256> storedImages,
            Fencing fencing,
            Pauses pauses,
            InstantSource clock,
            StepListener steps) {}

    /** @throws IOException when the store of results is not there */
    public RouterParts(RouterConfig config, Around around) throws IOException {
        this.config = config;
        this.around = around;
        Database database = around.database();
        hosts = new HostStore(around.storedImages());
        users = new UserStore(config.quota());
        events = new EventLog(around.wakeFeed());
        lifetime = new LifetimeRule(config.lifetime());
        secrets = new LoginSecret(around.secrets());
        volumes = new SecureVolumes(capsules, around.secrets(), config.secureMode());
        idempotency = new Idempotency(database, new IdempotencyStore());
        keys = new StartKeySync(members, new SideOperationStore(), signal, config.operations());
        builder = new CommandBuilder(
                migrations,
                new EvacuationStore(),
                config.guests(),
                secrets,
                volumes,
                config.stopGrace(),
                around.clock());
        start = new StartOperation(
                capsules,
                volumes,
                hosts,
                images,
                operations,
                audit,
                events,
                signal,
                config.operations(),
                around.steps(),
                new ForgetTarget(migrations, evictions));
        HostAbsence absence = new HostAbsence(hosts, events, drift);
        heartbeats = new HeartbeatReceiver(
                database,
                hosts,
                identities,
                operations,
                new InventoryRepair(capsules, keys, audit, events, drift, config.hosts()),
                new HostImages(around.storedImages()),
                new Leftovers(drift, audit, config.drift().grace()),
                absence,
                new ReadmitHost(evictions, new RecallOrders(evictions, builder, around.signer()), audit),
                audit,
                signal,
                config.hosts());
        outcomes = new OutcomeRecorder(
                database,
                capsules,
                operations,
                ports,
                hosts,
                images,
                keys,
                new RecordReceipt(receipts),
                new AdvanceMigration(migrations, evictions, ports, signal),
                drift,
                audit,
                events,
                config.operations(),
                around.steps());
        deadHosts = new DeadHostParts(
                config,
                new DeadHostParts.Around(
                        database,
                        capsules,
                        hosts,
                        ports,
                        evictions,
                        start,
                        events,
                        audit,
                        drift,
                        absence,
                        around.fencing(),
                        around.clock()));
        results = new ResultParts(
                config.results(),
                new ResultParts.Around(
                        database,
                        idempotency,
                        users,
                        capsules,
                        audit,
                        events,
                        new Outbox(config.mail().host().isPresent()),
                        around.pauses()));
    }

    /** Serves every endpoint whose use case is wired here. */
    public void register(Endpoints endpoints) {
        Database database = around.database();
        CreateCapsule create = new CreateCapsule(
                idempotency,
                users,
                images,
                new Reservation(hosts, ports, config.placement()),
                capsules,
                secrets,
                start,
                config.capsules(),
                config.secureMode(),
                config.guests());
        new CapsuleRoutes(
                        create,
                        new CommandCapsule(idempotency, users, capsules, start),
                        new ShowCapsules(database, new CapsuleJson(secrets, lifetime)),
                        new ListCapsules(database))
                .register(endpoints);
        new OperationRoutes(database, operations).register(endpoints);
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
        deadHosts.register(endpoints);
        new ImageRoutes(database, idempotency, images, users, audit).register(endpoints);
        new CatalogueRoutes(database, idempotency, images, users, audit).register(endpoints);
        new ShareImage(idempotency, users, capsules, images, start, config.operations()).register(endpoints);
        new CancelShare(idempotency, capsules, operations, images, start).register(endpoints);
        new CapsuleSnapshots(
                        database,
                        idempotency,
                        users,
                        capsules,
                        start,
                        config.capsules().mostSnapshots())
                .register(endpoints);
        new UserRoutes(database, idempotency, users, audit).register(endpoints);
        sharing(new ChangeMembers(capsules, members, keys, audit)).register(endpoints);
        new ReceiptRoutes(database, capsules, receipts).register(endpoints);
        new LineageRoutes(database, new LineageStore()).register(endpoints);
        new AuditRoutes(database).register(endpoints);
        new ExtendCapsule(idempotency, users, capsules, audit, events, config.lifetime()).register(endpoints);
        results.register(endpoints);
    }

    private SharingRoutes sharing(ChangeMembers change) {
        DescriptionStore descriptions = new DescriptionStore();
        return new SharingRoutes(
                new AddSharees(idempotency, users, change, descriptions, config.sharing()),
                new DeleteSharees(idempotency, users, change),
                new ManageController(idempotency, users, change),
                new AddSupportUser(idempotency, users, change, config.sharing()),
                new UpdateCapsule(idempotency, users, change, descriptions),
                new TermsOfUse(around.database(), idempotency, users, change, audit),
                new UserKeys(idempotency, users, change, keys, audit));
    }

    /** Gives hosts their operations. */
    public Delivery delivery() {
        return new Delivery(
                around.database(),
                operations,
                hosts,
                new SideTurn(around.database(), new SideOperationStore(), audit, events),
                builder,
                around.signer(),
                around.agents(),
                outcomes,
                heartbeats,
                config.operations(),
                around.steps());
    }

    /** Has hosts remove what is not theirs any more. */
    public Evictor evictor() {
        return new Evictor(around.database(), evictions, builder, around.signer(), around.agents());
    }

    public AuditChain chain() {
        return new AuditChain(around.database());
    }

    public HeartbeatReceiver heartbeats() {
        return heartbeats;
    }

    public OutcomeRecorder outcomes() {
        return outcomes;
    }

    public ProgressRecorder progress() {
        return new ProgressRecorder(around.database(), operations);
    }

    public DeadHostParts deadHosts() {
        return deadHosts;
    }

    public ResultParts results() {
        return results;
    }

    public OperationStore operations() {
        return operations;
    }

    /** Wakes whoever delivers operations. */
    public OperationSignal signal() {
        return signal;
    }

    CapsuleStore capsules() {
        return capsules;
    }

    StartOperation start() {
        return start;
    }

    EventLog events() {
        return events;
    }

    LifetimeRule lifetime() {
        return lifetime;
    }

    Idempotency idempotency() {
        return idempotency;
    }

    UserStore users() {
        return users;
    }

    ImageStore images() {
        return images;
    }

    AuditLog audit() {
        return audit;
    }

    @Override
    public void close() {
        results.close();
    }
}

package org.datacapsule.campaign.simulated;

import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.wire.Acknowledged;
import org.datacapsule.common.wire.Contract;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.OutcomeReport;
import org.datacapsule.common.wire.ProgressReport;
import org.datacapsule.common.wire.ReportReply;
import org.datacapsule.common.wire.ResultMessage;
import org.datacapsule.common.wire.SignedReport;
import org.datacapsule.common.wire.WireJson;
import org.datacapsule.router.RouterConfig;
import org.datacapsule.router.RouterParts;
import org.datacapsule.router.audit.AuditChain;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.DatabaseUnavailableException;
import org.datacapsule.router.dispatch.Delivery;
import org.datacapsule.router.dispatch.Evictor;
import org.datacapsule.router.fault.RouterStep;
import org.datacapsule.router.host.HostWatch;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.Success;
import org.datacapsule.router.identity.Sender;
import org.datacapsule.router.operation.Operation;

/** A router without its HTTP and its bus: the same parts over the same rows, and loops that know simulated time. */
final class SimulatedRouter implements Node {
    private static final int AT_ONCE = 8;
    private static final Duration LOOK = Duration.ofMillis(400);
    private static final Duration LOOK_AT_EVICTIONS = Duration.ofSeconds(2);
    private static final Duration LOOK_AT_CHAIN = Duration.ofSeconds(20);
    /** Well within a lease. */
    private static final Duration LOOK_AT_HOSTS = Duration.ofSeconds(8);

    private final World world;
    private final String name;
    private final SimulatedDatabase rows;
    private final RouterConfig config;
    private final Keys keys;
    private Life process;
    private Made made;

    SimulatedRouter(World world, String name, SimulatedDatabase rows, RouterConfig config, Keys keys) {
        this.world = world;
        this.name = name;
        this.rows = rows;
        this.config = config;
        this.keys = keys;
        this.process = new Life(world.time(), name);
        this.made = make(process);
    }

    /** What one life of a router is made of. */
    private record Made(Database database, RouterParts parts, Delivery delivery, Endpoints endpoints) {}

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
        made = make(process);
        Life life = process;
        Made own = made;
        world.time().start(life, "dispatcher", () -> dispatch(life, own));
        world.time().start(life, "evictions", () -> evict(own));
        world.time().start(life, "host-watch", () -> watch(own));
        world.time().start(life, "audit-chain", () -> chain(own));
    }

    private Made make(Life life) {
        Database database = rows.router();
        try {
            RouterParts parts = new RouterParts(
                    config,
                    new RouterParts.Around(
                            database,
                            keys.secrets(),
                            keys.signer(),
                            (host, command) ->
                                    world.wires().ask(this, world.machine(host.value()), Contracts.COMMAND, command),
                            () -> {},
                            image -> false,
                            new PowerSwitch(world, life),
                            world.time()::pause,
                            world.time(),
                            (kind, step) -> reached(life, kind, step)));
            Endpoints endpoints = new Endpoints();
            parts.register(endpoints);
            return new Made(database, parts, parts.delivery(), endpoints);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** In the middle of a transaction nobody else has a turn, as they would wait for its rows; the router may die all the same. */
    private void reached(Life life, OperationKind kind, RouterStep step) {
        if (step == RouterStep.OUTCOME_UNCOMMITTED) {
            life.step();
        } else {
            world.turn(life, step.of(kind));
        }
    }

    /** Looks when somebody has changed operations, or when one is due: looks in between would find nothing. */
    private void dispatch(Life life, Made own) {
        long seen = -1;
        Optional<Instant> next = Optional.empty();
        while (!life.isDead()) {
            if (seen != rows.changes() || isDue(next)) {
                seen = rows.changes();
                next = quietly(() -> nextDue(own), Optional.of(world.time().instant()));
                if (isDue(next)) {
                    quietly(() -> deliverDue(life, own), false);
                }
            }
            world.time().pause(LOOK.plus(world.time().between(0, 100)));
        }
    }

    private boolean isDue(Optional<Instant> next) {
        return next.filter(at -> !at.isAfter(world.time().instant())).isPresent();
    }

    private static Optional<Instant> nextDue(Made own) throws InterruptedException {
        return own.database()
                .read(tx -> tx.first(
                        "select min(due_at) as due from operation where state in ('QUEUED', 'RUNNING')",
                        Tuple.tuple(),
                        row -> Optional.ofNullable(row.getOffsetDateTime("due")).map(OffsetDateTime::toInstant)))
                .orElseThrow();
    }

    private boolean deliverDue(Life life, Made own) throws InterruptedException {
        List<Operation> due = own.database()
                .transaction(tx -> own.parts()
                        .operations()
                        .claimDue(tx, AT_ONCE, config.operations().claim()));
        for (Operation operation : due) {
            world.time().start(life, "delivery", () -> quietly(() -> deliver(own, operation), false));
        }
        return !due.isEmpty();
    }

    private static boolean deliver(Made own, Operation operation) throws InterruptedException {
        own.delivery().deliver(operation);
        return true;
    }

    private void evict(Made own) {
        Evictor evictor = own.parts().evictor();
        long seen = -1;
        boolean waits = false;
        while (true) {
            if (waits || seen != rows.changes()) {
                seen = rows.changes();
                waits = quietly(
                        () -> own.database()
                                .read(tx -> tx.first("select from eviction limit 1", Tuple.tuple(), row -> true))
                                .isPresent(),
                        true);
                if (waits) {
                    quietly(evictor::takeOne, false);
                }
            }
            world.time().pause(LOOK_AT_EVICTIONS.plus(world.time().between(0, 500)));
        }
    }

    private void watch(Made own) {
        HostWatch watch = own.parts().deadHosts().watch();
        while (true) {
            quietly(watch::look, false);
            world.time().pause(LOOK_AT_HOSTS.plus(world.time().between(0, 1_000)));
        }
    }

    private void chain(Made own) {
        AuditChain chain = own.parts().chain();
        while (true) {
            world.time().pause(LOOK_AT_CHAIN.plus(world.time().between(0, 5_000)));
            quietly(chain::extend, false);
        }
    }

    /** Something a router does again when it failed. */
    @FunctionalInterface
    private interface Work<T> {
        T now() throws InterruptedException;
    }

    private static <T> T quietly(Work<T> work, T otherwise) {
        try {
            return work.now();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (DatabaseUnavailableException e) {
            return otherwise;
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
        RouterParts parts = made.parts();
        if (contract.equals(Contracts.HEARTBEAT.name())) {
            return parts.heartbeats()
                    .receive(new Sender(report.host(), report.at()), WireJson.read(report.report(), Heartbeat.class));
        }
        if (contract.equals(Contracts.RESULT.name())) {
            return parts.results().receive(report.host(), WireJson.read(report.report(), ResultMessage.class));
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
            return made.endpoints().find(call.operation()).orElseThrow().handle(call);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Chains what waits, and follows the whole chain. */
    AuditChain.Report verifyChain() throws InterruptedException {
        AuditChain chain = made.parts().chain();
        while (chain.extend()) {
            // Until nothing waits.
        }
        return chain.verify(Optional.empty());
    }

    void kill() {
        process.kill();
    }
}

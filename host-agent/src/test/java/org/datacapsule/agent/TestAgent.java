package org.datacapsule.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.datacapsule.agent.command.LocalCommands;
import org.datacapsule.agent.config.WorkConfig;
import org.datacapsule.agent.hypervisor.ReleaseDesk;
import org.datacapsule.agent.journal.Journal;
import org.datacapsule.agent.report.Routers;
import org.datacapsule.agent.simulated.SimulatedHost;
import org.datacapsule.agent.step.Abandoned;
import org.datacapsule.agent.step.OperationRef;
import org.datacapsule.agent.step.Step;
import org.datacapsule.agent.step.StepListener;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.common.signing.CommandSigner;
import org.datacapsule.common.signing.ReceiptSigner;
import org.datacapsule.common.wire.Acknowledged;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.common.wire.Login;
import org.datacapsule.common.wire.OutcomeReport;
import org.datacapsule.common.wire.Recall;
import org.datacapsule.common.wire.ReportContract;
import org.datacapsule.common.wire.SecureVolume;

/**
 * An agent over a simulated host, without a cluster; the test is its router. It can die at a step and be started again over
 * the same journal and host.
 */
public final class TestAgent implements AutoCloseable {
    public static final HostId HOST = new HostId("h1");
    public static final Sha256 IMAGE = new Sha256("ab".repeat(32));
    public static final SecureVolume VOLUME = new SecureVolume(64, "a2V5");
    public static final String PASSWORD = "correct horse battery";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    public final SimulatedHost host;
    public final List<OutcomeReport> reports = new CopyOnWriteArrayList<>();
    public final List<Step> stepsReached = new CopyOnWriteArrayList<>();
    public volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
    /** While true, no router answers. */
    public volatile boolean routersAreAway;

    /** Capsules whose release channel is listened at. */
    public final Set<CapsuleId> listening = ConcurrentHashMap.newKeySet();

    public volatile StepListener extra = (step, operation) -> {};

    /** Told of the same. */
    public volatile Optional<ReleaseDesk> realDesk = Optional.empty();

    private final ReleaseDesk desk = new ReleaseDesk() {
        @Override
        public void open(CapsuleId capsule, long generation, Path socket) {
            listening.add(capsule);
            realDesk.ifPresent(it -> it.open(capsule, generation, socket));
        }

        @Override
        public void close(CapsuleId capsule) {
            listening.remove(capsule);
            realDesk.ifPresent(it -> it.close(capsule));
        }
    };
    private final Path journalDirectory;
    private final HostParts parts;
    private final SecretBox box = new SecretBox(new byte[32]);
    private final KeyPair keys;
    private final AtomicReference<Optional<Life>> life = new AtomicReference<>(Optional.empty());

    /** What one process was; once dead it does nothing more. */
    private static final class Life implements StepListener {
        private final TestAgent test;
        private final Optional<Step> deathAt;
        private volatile boolean dead;

        Life(TestAgent test, Optional<Step> deathAt) {
            this.test = test;
            this.deathAt = deathAt;
        }

        @Override
        public void reached(Step step, OperationRef operation) {
            if (dead) {
                throw new Abandoned("dead already");
            }
            test.stepsReached.add(step);
            if (deathAt.isPresent() && deathAt.get() == step) {
                dead = true;
                throw new Abandoned("killed at " + step);
            }
            test.extra.reached(step, operation);
        }
    }

    private volatile Optional<AgentCore> core = Optional.empty();

    public TestAgent(Path journalDirectory) {
        this(journalDirectory, SimulatedHost.with(Set.of(IMAGE)));
    }

    public TestAgent(Path journalDirectory, SimulatedHost host) {
        this(journalDirectory, host, HostParts.simulated(host));
    }

    /** Over this machine; the simulated host is there, and nothing happens on it. */
    public TestAgent(Path journalDirectory, HostParts parts) {
        this(journalDirectory, SimulatedHost.with(Set.of()), parts);
    }

    private TestAgent(Path journalDirectory, SimulatedHost host, HostParts parts) {
        this.journalDirectory = journalDirectory;
        this.host = host;
        this.parts = parts;
        try {
            this.keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    public TestAgent start() {
        return start(Optional.empty());
    }

    /** @param deathAt the agent dies the first time it reaches this step */
    public TestAgent start(Optional<Step> deathAt) {
        startHeld(deathAt);
        core.orElseThrow().goOn();
        return this;
    }

    /** What is unfinished waits for {@link #admit()}, as it does until a router has been heard. */
    public TestAgent startHeld() {
        return startHeld(Optional.empty());
    }

    /** A router has said that the host may work. */
    public void admit() {
        core.orElseThrow().goOn();
    }

    /** A router has said that it may not, before this is done; answers whether it is. */
    public boolean recall(CommandEnvelope... orders) {
        CommandSigner signer = new CommandSigner(keys.getPrivate(), keys.getPublic());
        return core.orElseThrow()
                .obey(new Recall(1, Stream.of(orders).map(signer::sign).toList()));
    }

    private TestAgent startHeld(Optional<Step> deathAt) {
        Life alive = new Life(this, deathAt);
        try {
            Journal journal = Journal.open(journalDirectory, box, () -> now);
            AgentCore started = new AgentCore(
                    HOST,
                    new WorkConfig(8, Duration.ofSeconds(30), Duration.ofDays(2)),
                    List.of(keys.getPublic()),
                    parts,
                    journal,
                    routers(alive),
                    desk,
                    new ReceiptSigner(keys.getPrivate(), keys.getPublic()),
                    alive,
                    () -> now);
            core = Optional.of(started);
            life.set(Optional.of(alive));
            started.start();
            return this;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    public boolean isDead() {
        return life.get().orElseThrow().dead;
    }

    /** Where commands of the host's operator go in. */
    public LocalCommands local() {
        return core.orElseThrow().local();
    }

    public Journal journal() {
        return core.orElseThrow().journal();
    }

    @Override
    public void close() {
        stop();
    }

    /** The process is gone; what it left on disk and on the host stays. */
    public void stop() {
        try {
            if (core.isPresent()) {
                core.get().stop();
                core = Optional.empty();
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    public TestAgent restart() {
        stop();
        return start();
    }

    /** @param deathAt it dies when it reaches this step for the first time */
    public TestAgent restart(Step deathAt) {
        stop();
        return start(Optional.of(deathAt));
    }

    public CommandReply send(CommandEnvelope envelope) {
        return core.orElseThrow().receive(new CommandSigner(keys.getPrivate(), keys.getPublic()).sign(envelope));
    }

    /** Asks until the operation has ended and its outcome has arrived. */
    public OutcomeReport done(CommandEnvelope envelope) throws InterruptedException {
        send(envelope);
        return report(envelope);
    }

    public OutcomeReport report(CommandEnvelope envelope) throws InterruptedException {
        Instant until = Instant.now().plus(PATIENCE);
        while (Instant.now().isBefore(until)) {
            for (OutcomeReport report : reports) {
                if (report.operation().equals(envelope.operation()) && report.attempt() == envelope.attempt()) {
                    return report;
                }
            }
            Thread.sleep(2);
        }
        throw new AssertionError("no outcome of " + envelope);
    }

    public CommandEnvelope envelope(long sequence, Command command) {
        return new CommandEnvelope(
                OperationId.random(), 1, HOST, 1, sequence, "request-1", now.plusSeconds(600), command);
    }

    public static CommandEnvelope attempt(CommandEnvelope of, int attempt) {
        return new CommandEnvelope(
                of.operation(),
                attempt,
                of.host(),
                of.generation(),
                of.sequence(),
                of.requestId(),
                of.expires(),
                of.command());
    }

    public static CapsuleSpec spec() {
        return new CapsuleSpec(
                CapsuleId.random(),
                CapsuleType.RESEARCH,
                2,
                2048,
                10,
                GuestNetwork.parse("10.90.0.0/16").address(1),
                20_001,
                5_901);
    }

    public static Command.Create create(CapsuleSpec spec) {
        return new Command.Create(spec, IMAGE);
    }

    public static Command.Launch launch(CapsuleSpec spec) {
        return new Command.Launch(spec, new Login("ada", PASSWORD, List.of("ssh-ed25519 AAAA ada")), VOLUME);
    }

    private Routers routers(Life alive) {
        return new Routers() {
            @Override
            public <Q, A> Optional<A> ask(ReportContract<Q, A> contract, Q question) {
                if (alive.dead) {
                    throw new Abandoned("dead already");
                }
                if (routersAreAway) {
                    return Optional.empty();
                }
                if (question instanceof OutcomeReport report) {
                    reports.add(report);
                }
                return Optional.of(contract.answer().cast(new Acknowledged()));
            }
        };
    }
}

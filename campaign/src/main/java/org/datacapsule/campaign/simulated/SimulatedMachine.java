package org.datacapsule.campaign.simulated;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.datacapsule.agent.AgentCore;
import org.datacapsule.agent.HostParts;
import org.datacapsule.agent.config.WorkConfig;
import org.datacapsule.agent.hypervisor.ReleaseDesk;
import org.datacapsule.agent.journal.Journal;
import org.datacapsule.agent.observe.CapsuleObserver;
import org.datacapsule.agent.report.Heartbeats;
import org.datacapsule.agent.report.HostProfile;
import org.datacapsule.agent.report.Routers;
import org.datacapsule.agent.simulated.SimulatedHost;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.bus.BusException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.common.signing.ReceiptSigner;
import org.datacapsule.common.wire.Contract;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.common.wire.HeartbeatReply;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.common.wire.ReportContract;
import org.datacapsule.common.wire.ReportReply;
import org.datacapsule.common.wire.SignedCommand;
import org.datacapsule.common.wire.SignedReport;
import org.datacapsule.common.wire.WireJson;
import org.jspecify.annotations.Nullable;

/** A host that is simulated, with the agents it has one after the other: their code is the real one. */
final class SimulatedMachine implements Node {
    static final Sha256 IMAGE = new Sha256("ab".repeat(32));
    private static final Duration BETWEEN_BEATS = Duration.ofSeconds(10);
    private static final int PORTS = 6;
    private static final ReleaseDesk NO_RELEASES = new ReleaseDesk() {
        @Override
        public void open(CapsuleId capsule, long generation, Path socket) {}

        @Override
        public void close(CapsuleId capsule) {}
    };

    private final World world;
    private final HostId id;
    private final Path journalDirectory;
    private final List<PublicKey> routerKeys;
    private final KeyPair receiptKeys;
    private final SimulatedHost host = SimulatedHost.with(Set.of(IMAGE));
    private final SecretBox box = new SecretBox(new byte[32]);
    private final Random random;
    private Life process;
    private Instant lastSent = Instant.EPOCH;
    private @Nullable AgentCore agent;
    private @Nullable Journal journal;
    private boolean hasPower = true;
    private int failures;
    private boolean diskFull;

    SimulatedMachine(
            World world, String id, Path journalDirectory, PublicKey routerKey, KeyPair receiptKeys, Random random) {
        this.world = world;
        this.id = new HostId(id);
        this.journalDirectory = journalDirectory;
        this.routerKeys = List.of(routerKey);
        this.receiptKeys = receiptKeys;
        this.random = random;
        this.process = new Life(world.time(), id);
    }

    @Override
    public String name() {
        return id.value();
    }

    @Override
    public Life process() {
        return process;
    }

    @Override
    public boolean isUp() {
        return agent != null && !process.isDead();
    }

    boolean hasPower() {
        return hasPower;
    }

    SimulatedHost host() {
        return host;
    }

    /** One call in this many of libvirt fails; 0 for none. */
    void setFailures(int oneIn) {
        failures = oneIn;
    }

    boolean isInTrouble() {
        return failures > 0;
    }

    boolean failsNow() {
        return failures > 0 && random.nextInt(failures) == 0;
    }

    void setDiskFull(boolean full) {
        diskFull = full;
    }

    boolean isDiskFull() {
        return diskFull;
    }

    /** A new agent over what the last one left. */
    void startAgent() {
        if (!hasPower || isUp()) {
            return;
        }
        try {
            if (journal != null) {
                journal.close();
            }
            process = new Life(world.time(), name());
            Life life = process;
            Journal opened = Journal.open(journalDirectory, box, world.time());
            journal = opened;
            HostParts parts = new Ports(world, this, life).parts();
            PartyThreads threads = new PartyThreads(world.time(), life);
            ReceiptSigner receipts = new ReceiptSigner(receiptKeys.getPrivate(), receiptKeys.getPublic());
            AgentCore core = new AgentCore(
                    id,
                    new WorkConfig(64, Duration.ofMinutes(1), Duration.ofDays(2)),
                    routerKeys,
                    parts,
                    opened,
                    routers(life),
                    NO_RELEASES,
                    receipts,
                    (step, operation) -> reached(life, step),
                    world.time(),
                    threads);
            agent = core;
            core.start();
            core.goOn();
            Heartbeats heartbeats = new Heartbeats(
                    profile(receipts),
                    parts.hypervisor().facts(),
                    parts.storage(),
                    new CapsuleObserver(parts.hypervisor(), parts.network(), parts.storage()),
                    opened,
                    () -> 0,
                    Optional::empty);
            world.time().start(life, "heartbeat", () -> beat(life, heartbeats));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HostProfile profile(ReceiptSigner receipts) {
        int number = Integer.parseInt(name().substring(1));
        return new HostProfile(
                id,
                UUID.randomUUID(),
                receipts.publicKeyText(),
                "simulated",
                "127.0.0.1",
                new PortRange(20_000 + 100 * number, 5_900 + 100 * number, PORTS),
                GuestNetwork.parse(World.GUESTS),
                0,
                0);
    }

    /** While a command is taken in its capsule is locked, so nobody else has a turn then; the agent may die all the same. */
    private void reached(Life life, Step step) {
        if (step == Step.COMMAND_VERIFIED || step == Step.COMMAND_JOURNALED) {
            life.step();
        } else {
            world.turn(life, step.wireName());
        }
    }

    private void beat(Life life, Heartbeats heartbeats) {
        UUID link = UUID.randomUUID();
        while (!life.isDead()) {
            Optional<HeartbeatReply> reply = ask(life, Contracts.HEARTBEAT, heartbeats.now(link));
            if (reply.filter(HeartbeatReply::rejoin).isPresent()) {
                link = UUID.randomUUID();
            }
            world.time().pause(BETWEEN_BEATS.plus(world.time().between(0, 500)));
        }
    }

    private Routers routers(Life life) {
        return new Routers() {
            @Override
            public <Q, A> Optional<A> ask(ReportContract<Q, A> contract, Q question) {
                return SimulatedMachine.this.ask(life, contract, question);
            }
        };
    }

    /** What it is signed with does not matter here, when it was sent does. */
    private <Q, A> Optional<A> ask(Life life, ReportContract<Q, A> contract, Q question) {
        life.throwIfDead();
        Instant now = world.time().instant();
        lastSent = now.isAfter(lastSent) ? now : lastSent.plus(1, ChronoUnit.MICROS);
        SignedReport report =
                new SignedReport(new HostId(name()), "unsigned", lastSent, WireJson.text(question), "unsigned");
        try {
            return switch (world.wires().ask(this, world.anyRouter(), contract.signed(), report)) {
                case ReportReply.Answered answered -> Optional.of(WireJson.read(answered.answer(), contract.answer()));
                case ReportReply.Refused refused -> Optional.empty();
            };
        } catch (BusException e) {
            return Optional.empty();
        }
    }

    @Override
    public String answer(Contract<?, ?> contract, String question) {
        AgentCore serving = agent;
        if (serving == null) {
            throw new IllegalStateException("no agent");
        }
        return WireJson.text(serving.receive(WireJson.read(question, SignedCommand.class)));
    }

    void killAgent() {
        process.kill();
        agent = null;
    }

    /** As a power cut does: no guest is left, and what is on the disk is. */
    void powerOff() {
        killAgent();
        hasPower = false;
        host.hypervisor().all().keySet().forEach(this::endGuest);
    }

    void powerOn() {
        hasPower = true;
        startAgent();
    }

    /** Its QEMU is killed, it crashes, or it powers itself off. */
    void endGuest(CapsuleId capsule) {
        host.hypervisor().set(capsule, Optional.empty());
    }

    /** Nothing is asked for, under way, or to be reported. */
    boolean isIdle() {
        return isUp()
                && journal != null
                && journal.unfinished().isEmpty()
                && journal.unreported().isEmpty();
    }

    void close() {
        process.kill();
        try {
            if (journal != null) {
                journal.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

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
import org.datacapsule.agent.journal.Journal;
import org.datacapsule.agent.observe.CapsuleObserver;
import org.datacapsule.agent.report.Admission;
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
import org.datacapsule.common.wire.Recall;
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
    /** Pairs of ports it has. */
    static final int PORTS = 6;
    /** How long heartbeats may go without an answer before the agent leaves the bus and joins it anew. */
    private static final Duration REJOIN_AFTER = Duration.ofSeconds(25);
    /** Of a sabotage in which a host that was fenced does not do what it is recalled for. */
    private static final String OBEY = "obey";

    private final World world;
    private final HostId id;
    private final Path directory;
    private final List<PublicKey> routerKeys;
    private final KeyPair receiptKeys;
    private final SimulatedHost host = SimulatedHost.with(Set.of(IMAGE));
    private final SecretBox box = new SecretBox(new byte[32]);
    private final Random random;
    private Life process;
    private Instant lastSent = Instant.EPOCH;
    private @Nullable Admission agent;
    private @Nullable HandIns handIns;
    private @Nullable Journal journal;
    private boolean hasPower = true;
    private boolean isRecalled;
    private int failures;
    private boolean diskFull;

    SimulatedMachine(World world, String id, Path directory, PublicKey routerKey, KeyPair receiptKeys, Random random) {
        this.world = world;
        this.id = new HostId(id);
        this.directory = directory;
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
            Journal opened = Journal.open(directory.resolve("journal"), box, world.time());
            journal = opened;
            HostParts parts = new Ports(world, this, life).parts();
            PartyThreads threads = new PartyThreads(world.time(), life);
            ReceiptSigner receipts = new ReceiptSigner(receiptKeys.getPrivate(), receiptKeys.getPublic());
            HandIns taking = HandIns.open(world, this, life, opened, routers(life), threads);
            handIns = taking;
            AgentCore core = new AgentCore(
                    id,
                    new WorkConfig(64, Duration.ofMinutes(1), Duration.ofDays(2)),
                    routerKeys,
                    parts,
                    opened,
                    routers(life),
                    taking.desk(),
                    receipts,
                    (step, operation) -> reached(life, step),
                    world.time(),
                    threads);
            Admission admission = new Admission(core::receive, recall -> obey(core, recall), core::goOn, Duration.ZERO);
            agent = admission;
            taking.resume();
            core.start();
            Heartbeats heartbeats = new Heartbeats(
                    profile(receipts),
                    parts.hypervisor().facts(),
                    parts.storage(),
                    new CapsuleObserver(parts.hypervisor(), parts.network(), parts.storage()),
                    opened,
                    admission::recalled,
                    Optional::empty,
                    Optional::empty,
                    Optional::empty);
            world.time().start(life, "heartbeat", () -> beat(life, admission, heartbeats));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    PortRange ports() {
        int number = Integer.parseInt(name().substring(1));
        return new PortRange(20_000 + 100 * number, 5_900 + 100 * number, PORTS);
    }

    private HostProfile profile(ReceiptSigner receipts) {
        return new HostProfile(
                id,
                UUID.randomUUID(),
                receipts.publicKeyText(),
                "simulated",
                "127.0.0.1",
                ports(),
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

    private boolean obey(AgentCore core, Recall recall) {
        world.note(name() + " is recalled, epoch " + recall.epoch() + ", orders "
                + recall.orders().size());
        return world.sabotage().verbs().contains(OBEY) || core.obey(recall);
    }

    private boolean answered(Admission admission, HeartbeatReply reply) {
        if (reply.recall().isEmpty() && isRecalled) {
            isRecalled = false;
            world.readmitted(this);
        }
        isRecalled |= reply.recall().isPresent();
        return admission.answered(reply);
    }

    private void beat(Life life, Admission admission, Heartbeats heartbeats) {
        while (!life.isDead()) {
            admission.linkBegins();
            beatUntilLost(life, admission, heartbeats);
        }
    }

    private void beatUntilLost(Life life, Admission admission, Heartbeats heartbeats) {
        UUID link = UUID.randomUUID();
        Instant lastAnswer = world.time().instant();
        while (!life.isDead()) {
            Optional<HeartbeatReply> reply = ask(life, Contracts.HEARTBEAT, heartbeats.now(link));
            boolean again = reply.isPresent() && answered(admission, reply.get());
            Instant now = world.time().instant();
            lastAnswer = reply.isPresent() ? now : lastAnswer;
            if (reply.filter(HeartbeatReply::rejoin).isPresent()
                    || Duration.between(lastAnswer, now).compareTo(REJOIN_AFTER) > 0) {
                return;
            }
            world.time()
                    .pause((again ? Duration.ZERO : BETWEEN_BEATS)
                            .plus(world.time().between(0, 500)));
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
        Admission serving = agent;
        if (serving == null) {
            throw new IllegalStateException("no agent");
        }
        return WireJson.text(serving.receive(WireJson.read(question, SignedCommand.class)));
    }

    void killAgent() {
        process.kill();
        agent = null;
        handIns = null;
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
                && journal.unreported().isEmpty()
                && spooled().isEmpty();
    }

    /** Where its agents keep what guests have handed in. */
    Path spool() {
        return directory.resolve("results");
    }

    /** What guests have handed in and no router has yet. */
    Set<UUID> spooled() {
        return HandIns.in(spool());
    }

    /** What was handed in and no router will ever take. */
    Set<UUID> refused() {
        return HandIns.in(spool().resolve("refused"));
    }

    /** What takes results of this host's guests; empty while no agent runs. */
    Optional<HandIns> handIns() {
        return isUp() ? Optional.ofNullable(handIns) : Optional.empty();
    }

    /** Somebody copies what is stored of a capsule to another host, without asking any agent. */
    void copyByHand(CapsuleId capsule, SimulatedMachine to) {
        host.storage().copyByHand(capsule, to.host.storage());
    }

    /** Somebody removes all that the host has of a capsule that does not run there, likewise. */
    void removeByHand(CapsuleId capsule) {
        host.storage().spec(capsule).ifPresent(spec -> {
            host.network().closeSsh(spec);
            host.network().releaseLease(spec);
        });
        host.storage().delete(capsule);
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

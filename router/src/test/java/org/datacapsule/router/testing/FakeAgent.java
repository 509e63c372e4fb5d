package org.datacapsule.router.testing;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.datacapsule.common.bus.BusException;
import org.datacapsule.common.bus.RouterLines;
import org.datacapsule.common.bus.Served;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.certificate.RevocationList;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.signing.CommandVerifier;
import org.datacapsule.common.signing.ReceiptSigner;
import org.datacapsule.common.signing.ReportSigner;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.CapsuleObservation;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.Departure;
import org.datacapsule.common.wire.Departure.SentGuest;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.HeartbeatReply;
import org.datacapsule.common.wire.ImageOrders;
import org.datacapsule.common.wire.ImageStock;
import org.datacapsule.common.wire.Landing;
import org.datacapsule.common.wire.Leftover;
import org.datacapsule.common.wire.MadeImage;
import org.datacapsule.common.wire.MadeSnapshot;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.OutcomeReport;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.common.wire.Recall;
import org.datacapsule.common.wire.ReportContract;
import org.datacapsule.common.wire.ReportReply;
import org.datacapsule.common.wire.ResultMessage;
import org.datacapsule.common.wire.ResultReply;
import org.datacapsule.common.wire.Revocations;
import org.datacapsule.common.wire.SetAside;
import org.datacapsule.common.wire.SignedCommand;
import org.datacapsule.common.wire.SignedReceipt;
import org.datacapsule.common.wire.SignedReport;
import org.datacapsule.common.wire.WireJson;

/**
 * A hand-written agent on the real bus, which does nothing and says what a test wants: by default it accepts each command
 * and reports success at once, with a receipt where one is owed. It stands in for a host where the test is about the router.
 */
public final class FakeAgent implements AutoCloseable {
    private static final int FIRST_BEATS = 5;
    private static final Duration TO_BE_LINKED = Duration.ofSeconds(20);

    private final List<String> doors;
    private final Identity identity;
    private volatile RouterLines lines;
    private final HostId host;
    private volatile UUID incarnation = UUID.randomUUID();
    private final UUID link = UUID.randomUUID();
    private final ReportSigner signer;
    private volatile ReportSigner shipper;
    private final CommandVerifier verifier;
    private final ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor();
    private final Queue<CommandEnvelope> received = new ConcurrentLinkedQueue<>();
    private final Map<Attempt, Outcome> done = new ConcurrentHashMap<>();
    private final Set<Sha256> images = ConcurrentHashMap.newKeySet();
    private final Capacity capacity;
    private final PortRange ports;
    private final Set<CapsuleId> had = ConcurrentHashMap.newKeySet();
    private volatile List<CapsuleObservation> inventory = List.of();
    private final Queue<Recall> recalls = new ConcurrentLinkedQueue<>();
    private volatile long recalled;
    private volatile boolean deaf;
    private volatile boolean silent;
    private volatile Optional<String> pool = Optional.empty();
    private volatile List<SetAside> setAside = List.of();
    private volatile Optional<ImageStock> imageStock = Optional.empty();
    private volatile ImageOrders imageOrders = ImageOrders.NONE;
    private volatile Optional<List<Leftover>> leftovers = Optional.empty();
    private volatile List<Leftover> sweep = List.of();
    private volatile Optional<Revocations> revoked = Optional.empty();
    private volatile long revocations;
    private final ReentrantLock beating = new ReentrantLock();
    private volatile ReceiptSigner receipts = signer();
    private volatile Function<CommandEnvelope, Behaviour> behaviour = command -> new Behaviour.Do(done(command));

    private record Attempt(OperationId operation, int number) {
        static Attempt of(CommandEnvelope command) {
            return new Attempt(command.operation(), command.attempt());
        }
    }

    /** What the agent does with one command. */
    public sealed interface Behaviour {
        /** Accepts it, and reports this outcome. */
        record Do(Outcome outcome) implements Behaviour {}

        /** Accepts it, and is never heard of it again unless asked. */
        record AcceptAndForget() implements Behaviour {}

        /** Answers with this. */
        record Answer(CommandReply reply) implements Behaviour {}
    }

    /** @param identity what it got when it joined */
    public FakeAgent(
            List<String> doors,
            String host,
            Identity identity,
            TestKeys keys,
            List<Sha256> images,
            Capacity capacity,
            PortRange ports)
            throws BusException, InterruptedException {
        this.host = new HostId(host);
        this.signer = signer(this.host, identity);
        this.shipper = signer;
        this.images.addAll(images);
        this.capacity = capacity;
        this.ports = ports;
        this.verifier = new CommandVerifier(List.of(keys.pair().getPublic()), this.host, InstantSource.system());
        this.doors = List.copyOf(doors);
        this.identity = identity;
        this.lines = call();
        beatUntilHeard();
        var unused = beats.scheduleWithFixedDelay(this::beatQuietly, 500, 500, TimeUnit.MILLISECONDS);
    }

    private RouterLines call() throws BusException {
        return RouterLines.open(doors, host, identity, List.of(new Served<>(Contracts.COMMAND, this::receive)));
    }

    /** Whether any router still has a line to it. */
    public boolean isLinked() {
        return lines.isOpen();
    }

    public void behave(Function<CommandEnvelope, Behaviour> wanted) {
        behaviour = wanted;
    }

    public void observe(List<CapsuleObservation> seen) {
        inventory = seen;
    }

    /** Signs with another key from now on. */
    public void changeReceiptKey() {
        receipts = signer();
    }

    public String receiptKey() {
        return receipts.publicKeyText();
    }

    public SignedReceipt sign(ModeReceipt receipt) {
        return receipts.sign(receipt);
    }

    /** The outcome of a command that was carried out, with a receipt where it changed the mode. */
    public Outcome.Succeeded done(CommandEnvelope command) {
        return switch (command.command()) {
            case Command.SwitchToSecure secure -> Outcome.Succeeded.with(sign(receipt(command, CapsuleMode.SECURE)));
            case Command.SwitchToMaintenance maintenance ->
                Outcome.Succeeded.with(sign(receipt(command, CapsuleMode.MAINTENANCE)));
            case Command.Receive receive -> Outcome.Succeeded.at(landing());
            case Command.SendFiles files -> Outcome.Succeeded.with(new Departure(List.of(), Optional.empty()));
            case Command.SendAway away ->
                Outcome.Succeeded.with(new Departure(List.of(), Optional.of(new SentGuest(600, -1))));
            case Command.TakeOver over ->
                Outcome.Succeeded.with(
                        new Departure(List.of(), over.guest().map(guest -> new SentGuest(guest.totalMillis(), 134))),
                        over.mode() == CapsuleMode.SECURE
                                ? Optional.of(sign(receipt(command, CapsuleMode.SECURE)))
                                : Optional.empty());
            case Command.ShareImage share -> {
                MadeImage made = made(command.operation());
                images.add(made.image());
                yield Outcome.Succeeded.made(made);
            }
            case Command.TakeSnapshot take -> Outcome.Succeeded.taken(new MadeSnapshot(take.snapshot(), 4096));
            default -> Outcome.Succeeded.DONE;
        };
    }

    /** The image it makes of a capsule's disk: of each operation another. */
    public static MadeImage made(OperationId operation) {
        return new MadeImage(new Sha256(operation.toString().replace("-", "").repeat(2)), 4096);
    }

    private Landing landing() {
        return new Landing(
                "127.0.0.1",
                "test://" + host,
                "/capsules",
                "maintenance",
                "capsules",
                "127.0.0.1",
                "/releases",
                Map.of());
    }

    /** What the host would testify. */
    public ModeReceipt receipt(CommandEnvelope command, CapsuleMode mode) {
        Instant now = Instant.now();
        boolean runs = mode != CapsuleMode.NOT_DEFINED;
        return new ModeReceipt(
                command.command().spec().id(),
                host,
                command.operation(),
                command.generation(),
                mode,
                runs ? Optional.of(mode.name().toLowerCase(Locale.ROOT)) : Optional.empty(),
                runs ? Optional.of(new Sha256("0a".repeat(32))) : Optional.empty(),
                runs ? Optional.of(new Sha256("0b".repeat(32))) : Optional.empty(),
                List.of("The kernel drops what the policy does not allow."),
                now,
                mode == CapsuleMode.SECURE ? Optional.of(now.plusMillis(5)) : Optional.empty());
    }

    private static ReceiptSigner signer() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            return new ReceiptSigner(pair.getPrivate(), pair.getPublic());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    public HostId id() {
        return host;
    }

    public Queue<CommandEnvelope> received() {
        return received;
    }

    /** The router may still be starting, and the first handshake of a busy machine takes its time. */
    private void beatUntilHeard() throws BusException, InterruptedException {
        awaitLine(lines);
        for (int tries = 1; ; tries++) {
            try {
                beat();
                return;
            } catch (BusException e) {
                if (e.reason() == BusException.Reason.BROKEN || tries == FIRST_BEATS) {
                    throw e;
                }
            }
        }
    }

    private static void awaitLine(RouterLines lines) {
        Awaitility.await()
                .atMost(TO_BE_LINKED)
                .pollInterval(Duration.ofMillis(20))
                .until(lines::isOpen);
    }

    /** One after the other: a heartbeat that comes after a later one is refused. */
    public void beat() throws BusException, InterruptedException {
        beating.lock();
        try {
            beatNow();
        } finally {
            beating.unlock();
        }
    }

    private void beatNow() throws BusException, InterruptedException {
        if (lines.isCut()) {
            lines.close();
            lines = call();
        }
        HeartbeatReply reply = tell(Contracts.HEARTBEAT, heartbeat());
        imageOrders = reply.images().orElse(ImageOrders.NONE);
        sweep = reply.sweep().orElse(List.of());
        reply.revocations().ifPresent(this::goBy);
        reply.recall().ifPresent(this::obey);
    }

    private void goBy(Revocations said) {
        revoked = Optional.of(said);
        revocations = RevocationList.parse(said.members(), identity.authority()).number();
    }

    /** The number of what routers last told of revoked certificates; 0 where they told nothing. */
    public long revocations() {
        return revocations;
    }

    /** What routers last told of revoked certificates. */
    public Optional<Revocations> revoked() {
        return revoked;
    }

    private Heartbeat heartbeat() {
        return new Heartbeat(
                host,
                incarnation,
                link,
                receipts.publicKeyText(),
                "test",
                "127.0.0.1",
                "simulated (no guest runs)",
                capacity,
                ports,
                GuestNetwork.parse("10.90.0.0/16"),
                List.copyOf(images),
                inventory(),
                recalled,
                pool,
                List.copyOf(setAside),
                imageStock,
                leftovers,
                Optional.of(revocations));
    }

    /** What a test has it observe; of every other capsule it was told of it says no more than that it has it. */
    private List<CapsuleObservation> inventory() {
        List<CapsuleObservation> said = new ArrayList<>(inventory);
        Set<CapsuleId> mine = new HashSet<>(had);
        said.forEach(seen -> mine.remove(seen.capsule()));
        mine.forEach(capsule -> said.add(new CapsuleObservation(capsule, 0, true, Found.UNSAID)));
        return said;
    }

    private void remember(CommandEnvelope envelope) {
        CapsuleId capsule = envelope.command().spec().id();
        switch (envelope.command()) {
            case Command.Delete it -> had.remove(capsule);
            case Command.Evict it -> had.remove(capsule);
            case Command.Relinquish it -> had.remove(capsule);
            case Command.Discard it -> {}
            default -> had.add(capsule);
        }
    }

    /** Does what it is recalled for, as {@link #behave} has it, and says so with the next heartbeat; unless it is deaf. */
    private void obey(Recall recall) {
        recalls.add(recall);
        if (!deaf) {
            recall.orders().forEach(this::receive);
            recalled = recall.epoch();
        }
    }

    /** Every recall it was told of. */
    public Queue<Recall> recalls() {
        return recalls;
    }

    /** From now on it does nothing it is recalled for, or does again. */
    public void deaf(boolean isDeaf) {
        deaf = isDeaf;
    }

    /** The storage it shares; to be said with the first heartbeat after it is started anew. */
    public void share(String name) {
        pool = Optional.of(name);
        incarnation = UUID.randomUUID();
    }

    /** Files it keeps of capsules that live elsewhere. */
    public void keep(List<SetAside> kept) {
        setAside = kept;
    }

    /** It has this image from now on. */
    public void has(Sha256 image) {
        images.add(image);
    }

    public void lacks(Sha256 image) {
        images.remove(image);
    }

    /** What else it says of images; what is in it about itself is taken in when it is started anew. */
    public void stock(ImageStock stock) {
        imageStock = Optional.of(stock);
        incarnation = UUID.randomUUID();
    }

    /** What its network has of no capsule, from the next heartbeat on. */
    public void leftovers(List<Leftover> found) {
        leftovers = Optional.of(found);
    }

    /** What of it a router has it remove, by the last heartbeat's answer. */
    public List<Leftover> sweep() {
        return sweep;
    }

    /** What it was told last to do about images. */
    public ImageOrders imageOrders() {
        return imageOrders;
    }

    /** Says nothing any more; still answers what it is asked. */
    public void fallSilent() {
        silent = true;
    }

    public void speakAgain() {
        silent = false;
    }

    public void report(OutcomeReport report) throws BusException, InterruptedException {
        var unused = tell(Contracts.OUTCOME, report);
    }

    /** What it says to a router about how a command ended. */
    public OutcomeReport report(CommandEnvelope command, Outcome outcome) {
        return new OutcomeReport(command.operation(), command.attempt(), host, outcome);
    }

    /** Sends one message of a result to whichever router takes it. */
    public ResultReply ship(ResultMessage message) throws BusException, InterruptedException {
        return send(Contracts.RESULT, shipper.sign(Contracts.RESULT, message));
    }

    /** The same to one router, by its number from 0. */
    public ResultReply shipTo(int router, ResultMessage message) throws BusException, InterruptedException {
        try (RouterLines one = RouterLines.open(List.of(doors.get(router)), host, identity, List.of())) {
            awaitLine(one);
            return answer(Contracts.RESULT, one, shipper.sign(Contracts.RESULT, message));
        }
    }

    /** Ships results as another host from now on, which has joined and does nothing else. */
    public void shipAs(String other, Identity identity) {
        shipper = signer(new HostId(other), identity);
    }

    private static ReportSigner signer(HostId host, Identity identity) {
        return new ReportSigner(host, identity.key(), identity.certificate().getPublicKey(), InstantSource.system());
    }

    /**
     * Says something, signed.
     *
     * @throws org.datacapsule.common.error.ProblemException when the router refuses it
     */
    public <Q, A> A tell(ReportContract<Q, A> contract, Q report) throws BusException, InterruptedException {
        return send(contract, signer.sign(contract, report));
    }

    /** Sends what somebody signed. */
    public <A> A send(ReportContract<?, A> contract, SignedReport report) throws BusException, InterruptedException {
        return answer(contract, lines, report);
    }

    private static <A> A answer(ReportContract<?, A> contract, RouterLines lines, SignedReport report)
            throws BusException, InterruptedException {
        return switch (lines.ask(contract.signed(), () -> report)) {
            case ReportReply.Answered answered -> WireJson.read(answered.answer(), contract.answer());
            case ReportReply.Refused refused -> throw refused.problem().asException();
        };
    }

    /** A heartbeat, signed and not sent. */
    public SignedReport signedBeat() {
        return signer.sign(Contracts.HEARTBEAT, heartbeat());
    }

    private CommandReply receive(SignedCommand signed) {
        CommandEnvelope envelope = verifier.verify(signed);
        received.add(envelope);
        remember(envelope);
        return switch (behaviour.apply(envelope)) {
            case Behaviour.Answer answer -> answer.reply();
            case Behaviour.AcceptAndForget forget -> new CommandReply.Accepted();
            case Behaviour.Do does -> {
                Outcome before = done.putIfAbsent(Attempt.of(envelope), does.outcome());
                if (before == null) {
                    Thread.startVirtualThread(() -> reportQuietly(envelope, does.outcome()));
                }
                yield before == null ? new CommandReply.Accepted() : new CommandReply.Finished(before);
            }
        };
    }

    private void reportQuietly(CommandEnvelope envelope, Outcome outcome) {
        try {
            report(report(envelope, outcome));
        } catch (BusException | ProblemException e) {
            done.remove(Attempt.of(envelope));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void beatQuietly() {
        if (silent) {
            return;
        }
        try {
            beat();
        } catch (BusException | ProblemException e) {
            // The router is away or does not know it; the next beat tells it.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        beats.shutdownNow();
        lines.close();
    }
}

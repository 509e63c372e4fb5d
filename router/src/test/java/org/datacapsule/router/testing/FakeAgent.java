package org.datacapsule.router.testing;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.datacapsule.common.bus.BusConfig;
import org.datacapsule.common.bus.BusException;
import org.datacapsule.common.bus.BusNode;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.signing.CommandVerifier;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.CapsuleObservation;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.OutcomeReport;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.common.wire.ResultMessage;
import org.datacapsule.common.wire.ResultReply;
import org.datacapsule.common.wire.SignedCommand;

/**
 * A hand-written agent on the real bus, which does nothing and says what a test wants: by default it accepts each command
 * and reports success at once. It stands in for a host where the test is about the router.
 */
public final class FakeAgent implements AutoCloseable {
    private final BusNode node;
    private final HostId host;
    private final UUID incarnation = UUID.randomUUID();
    private final UUID link = UUID.randomUUID();
    private final CommandVerifier verifier;
    private final ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor();
    private final Queue<CommandEnvelope> received = new ConcurrentLinkedQueue<>();
    private final Map<OperationId, Outcome> done = new ConcurrentHashMap<>();
    private final List<Sha256> images;
    private final Capacity capacity;
    private final PortRange ports;
    private volatile List<CapsuleObservation> inventory = List.of();
    private volatile Function<CommandEnvelope, Behaviour> behaviour =
            command -> new Behaviour.Do(Outcome.Succeeded.DONE);

    /** What the agent does with one command. */
    public sealed interface Behaviour {
        /** Accepts it, and reports this outcome. */
        record Do(Outcome outcome) implements Behaviour {}

        /** Accepts it, and is never heard of it again unless asked. */
        record AcceptAndForget() implements Behaviour {}

        /** Answers with this. */
        record Answer(CommandReply reply) implements Behaviour {}
    }

    public FakeAgent(BusConfig bus, String host, TestKeys keys, List<Sha256> images, Capacity capacity, PortRange ports)
            throws BusException, InterruptedException {
        this.host = new HostId(host);
        this.images = images;
        this.capacity = capacity;
        this.ports = ports;
        this.verifier = new CommandVerifier(List.of(keys.pair().getPublic()), this.host, InstantSource.system());
        this.node = BusNode.join(bus);
        node.bus().serve(Contracts.COMMAND, host, this::receive);
        beat();
        var unused = beats.scheduleWithFixedDelay(this::beatQuietly, 500, 500, TimeUnit.MILLISECONDS);
    }

    public void behave(Function<CommandEnvelope, Behaviour> wanted) {
        behaviour = wanted;
    }

    public void observe(List<CapsuleObservation> seen) {
        inventory = seen;
    }

    public Queue<CommandEnvelope> received() {
        return received;
    }

    public void beat() throws BusException, InterruptedException {
        node.bus()
                .ask(
                        Contracts.HEARTBEAT,
                        "",
                        new Heartbeat(
                                host,
                                incarnation,
                                link,
                                "key",
                                "test",
                                "127.0.0.1",
                                "simulated (no guest runs)",
                                capacity,
                                ports,
                                GuestNetwork.parse("10.90.0.0/16"),
                                images,
                                inventory));
    }

    public void report(OutcomeReport report) throws BusException, InterruptedException {
        node.bus().ask(Contracts.OUTCOME, "", report);
    }

    /** Sends one message of a result to whichever router takes it. */
    public ResultReply ship(ResultMessage message) throws BusException, InterruptedException {
        return node.bus().ask(Contracts.RESULT, "", message);
    }

    private CommandReply receive(SignedCommand signed) {
        CommandEnvelope envelope = verifier.verify(signed);
        received.add(envelope);
        return switch (behaviour.apply(envelope)) {
            case Behaviour.Answer answer -> answer.reply();
            case Behaviour.AcceptAndForget forget -> new CommandReply.Accepted();
            case Behaviour.Do does -> {
                Outcome before = done.putIfAbsent(envelope.operation(), does.outcome());
                if (before == null) {
                    Thread.startVirtualThread(() -> reportQuietly(envelope, does.outcome()));
                }
                yield new CommandReply.Accepted();
            }
        };
    }

    private void reportQuietly(CommandEnvelope envelope, Outcome outcome) {
        try {
            report(new OutcomeReport(envelope.operation(), envelope.attempt(), host, outcome));
        } catch (BusException e) {
            done.remove(envelope.operation());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void beatQuietly() {
        try {
            beat();
        } catch (BusException e) {
            // The router is away; the next beat tells it.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        beats.shutdownNow();
        node.close();
    }
}

package org.datacapsule.agent.report;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.datacapsule.agent.identity.IdentityFiles;
import org.datacapsule.agent.identity.Renewing;
import org.datacapsule.agent.work.Closing;
import org.datacapsule.common.bus.BusException;
import org.datacapsule.common.bus.RouterLines;
import org.datacapsule.common.bus.Served;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.signing.ReportSigner;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.HeartbeatReply;
import org.datacapsule.common.wire.ReportContract;
import org.datacapsule.common.wire.ReportReply;
import org.datacapsule.common.wire.WireJson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's link to the routers, kept up for ever: calls every one of them, serves commands, sends heartbeats, and when the way to
 * all of them is lost calls anew. Work under way does not notice.
 */
public final class BusLink implements Routers {
    private static final Logger LOG = LoggerFactory.getLogger(BusLink.class);
    /** The first handshake of a busy machine takes its time. */
    private static final Duration TO_FIND_A_ROUTER = Duration.ofSeconds(10);

    private static final Duration GLANCE = Duration.ofMillis(100);
    private static final Duration FIRST_WAIT = Duration.ofMillis(200);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

    private final List<String> doors;
    private final HostId host;
    private final IdentityFiles identities;
    private final Renewing renewing;
    private final LinkTiming timing;
    private final InstantSource clock;
    private final Closing closing = new Closing();
    private volatile @Nullable Membership current;
    private volatile @Nullable Thread thread;
    private volatile boolean isRefused;
    private boolean isLost;

    /** What there is to do for the routers, over whichever link. */
    private record Duties(Admission admission, Function<UUID, Heartbeat> heartbeat, Consumer<HeartbeatReply> orders) {

        /** Answers whether to send the next heartbeat at once. */
        boolean answered(HeartbeatReply reply) {
            orders.accept(reply);
            return admission.answered(reply);
        }
    }

    /** Being linked as who this host was when it called. */
    private record Membership(RouterLines lines, Identity identity, ReportSigner signer) {}

    public BusLink(
            List<String> doors,
            HostId host,
            IdentityFiles identities,
            Renewing renewing,
            LinkTiming timing,
            InstantSource clock) {
        this.doors = List.copyOf(doors);
        this.host = host;
        this.identities = identities;
        this.renewing = renewing;
        this.timing = timing;
        this.clock = clock;
    }

    /**
     * Starts to join; returns at once.
     *
     * @param admission answers the commands for this host, once a router has said that it may work
     * @param heartbeat what is sent as sign of life, over the link of this id
     * @param orders told with every answer of a router what to do besides
     */
    public void start(Admission admission, Function<UUID, Heartbeat> heartbeat, Consumer<HeartbeatReply> orders) {
        thread = Thread.ofVirtual().name("bus-link").start(() -> stayJoined(new Duties(admission, heartbeat, orders)));
    }

    @Override
    public <Q, A> Optional<A> ask(ReportContract<Q, A> contract, Q question) throws InterruptedException {
        Membership membership = current;
        return membership == null ? Optional.empty() : ask(membership, contract, question);
    }

    /** Ends the link; when this returns nothing more is accepted. */
    public void stop() throws InterruptedException {
        closing.begin();
        Thread running = thread;
        if (running != null) {
            running.join();
        }
    }

    private void stayJoined(Duties duties) {
        Backoff backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT);
        try {
            while (!closing.isBegun()) {
                if (joinOnce(duties)) {
                    backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT);
                }
                if (closing.within(backoff.next())) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            LOG.atWarn().addKeyValue("hostId", host).log("interrupted; the agent is out of touch with the routers");
        }
    }

    /** One link from its beginning to its end; answers whether a router was ever met. */
    private boolean joinOnce(Duties duties) throws InterruptedException {
        Identity identity;
        try {
            identity = identities.read();
        } catch (IOException e) {
            noteLost(String.valueOf(e.getMessage()));
            return false;
        }
        ReportSigner signer =
                new ReportSigner(host, identity.key(), identity.certificate().getPublicKey(), clock);
        duties.admission().linkBegins();
        List<Served<?, ?>> served = List.of(new Served<>(Contracts.COMMAND, duties.admission()::receive));
        try (RouterLines lines = RouterLines.open(doors, host, identity, served)) {
            if (!isRouterFound(lines)) {
                if (!closing.isBegun()) {
                    noteLost(lines.refusal().orElse("no router answers"));
                }
                return false;
            }
            Membership membership = new Membership(lines, identity, signer);
            current = membership;
            beatUntilLost(membership, duties).ifPresent(this::noteLost);
            return true;
        } catch (BusException | RuntimeException e) {
            noteLost(String.valueOf(e.getMessage()));
            LOG.atDebug().setCause(e).addKeyValue("hostId", host).log("this link is over");
            return false;
        } finally {
            current = null;
        }
    }

    private boolean isRouterFound(RouterLines lines) throws InterruptedException {
        for (Duration waited = Duration.ZERO; waited.compareTo(TO_FIND_A_ROUTER) < 0; waited = waited.plus(GLANCE)) {
            if (lines.isOpen()) {
                return true;
            }
            if (closing.within(GLANCE)) {
                return false;
            }
        }
        return false;
    }

    /** Answers why the way to the routers is lost; empty when the agent is stopping, or calls again as what it is now. */
    private Optional<String> beatUntilLost(Membership membership, Duties duties) throws InterruptedException {
        UUID link = UUID.randomUUID();
        LinkHealth health = new LinkHealth(timing.rejoinAfter(), clock.instant());
        while (true) {
            Instant began = clock.instant();
            Optional<HeartbeatReply> reply = beat(membership, link, duties.heartbeat());
            reply.ifPresent(answered -> noteFound());
            boolean again = reply.isPresent() && duties.answered(reply.get());
            Optional<String> lost = health.beat(membership.lines().isCut(), reply, clock.instant());
            if (lost.isPresent()) {
                return lost;
            }
            if (reply.isPresent() && isRenewed(membership)) {
                return Optional.empty();
            }
            Duration pause = timing.heartbeat().minus(Duration.between(began, clock.instant()));
            if (closing.within(again ? Duration.ZERO : pause)) {
                return Optional.empty();
            }
        }
    }

    private boolean isRenewed(Membership membership) throws InterruptedException {
        return renewing.renewIfDue(
                membership.identity(), clock.instant(), renewal -> ask(membership, Contracts.RENEWAL, renewal));
    }

    private Optional<HeartbeatReply> beat(Membership membership, UUID link, Function<UUID, Heartbeat> heartbeat)
            throws InterruptedException {
        Heartbeat now;
        try {
            now = heartbeat.apply(link);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).addKeyValue("hostId", host).log("no heartbeat is sent: the host cannot be read");
            return Optional.empty();
        }
        return ask(membership, Contracts.HEARTBEAT, now);
    }

    private <Q, A> Optional<A> ask(Membership membership, ReportContract<Q, A> contract, Q question)
            throws InterruptedException {
        try {
            ReportReply reply = membership
                    .lines()
                    .ask(contract.signed(), () -> membership.signer().sign(contract, question));
            return switch (reply) {
                case ReportReply.Answered answered -> Optional.of(WireJson.read(answered.answer(), contract.answer()));
                case ReportReply.Refused refused -> {
                    noteRefused(refused.problem());
                    yield Optional.empty();
                }
            };
        } catch (BusException | RuntimeException e) {
            LOG.atDebug().setCause(e).addKeyValue("hostId", host).log("no answer to {}", contract.name());
            return Optional.empty();
        }
    }

    /** The same refusal comes with every heartbeat. */
    private void noteRefused(Problem problem) {
        if (!isRefused) {
            isRefused = true;
            LOG.atError()
                    .addKeyValue("hostId", host)
                    .log("the routers refuse what this host says: {}", problem.detail());
        }
    }

    private void noteLost(String why) {
        if (!isLost) {
            LOG.atWarn().addKeyValue("hostId", host).log("out of touch with the routers, calling again: {}", why);
            isLost = true;
        }
    }

    private void noteFound() {
        isRefused = false;
        if (isLost) {
            LOG.atInfo().addKeyValue("hostId", host).log("in touch with the routers again");
            isLost = false;
        }
    }
}

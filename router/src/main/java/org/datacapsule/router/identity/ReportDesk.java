package org.datacapsule.router.identity;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.datacapsule.common.bus.Bus;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.signing.ReportVerifier;
import org.datacapsule.common.wire.ReportContract;
import org.datacapsule.common.wire.ReportReply;
import org.datacapsule.common.wire.SignedReport;
import org.datacapsule.common.wire.WireJson;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.identity.IdentityStore.Known;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes reports of hosts that prove who they are: signed with the key the database has of them now, and just sent. Whether one is
 * told twice is the taker's to see; for most it makes no difference.
 */
public final class ReportDesk {
    private static final Logger LOG = LoggerFactory.getLogger(ReportDesk.class);
    private static final Duration QUIET = Duration.ofSeconds(10);

    private final Database database;
    private final IdentityStore identities;
    private final Duration tolerance;
    private final InstantSource clock;
    private final AtomicReference<Instant> logged = new AtomicReference<>(Instant.EPOCH);

    ReportDesk(Database database, IdentityStore identities, Duration tolerance, InstantSource clock) {
        this.database = database;
        this.identities = identities;
        this.tolerance = tolerance;
        this.clock = clock;
    }

    /** What is done with a report. */
    @FunctionalInterface
    public interface Taking<Q, A> {
        A take(Sender from, Q report) throws InterruptedException;
    }

    /**
     * Takes them from now on.
     *
     * @param about the host that the report says it is of, where it says so
     */
    public <Q, A> void serve(
            Bus bus, ReportContract<Q, A> contract, Function<Q, Optional<HostId>> about, Taking<Q, A> taking) {
        bus.serve(contract.signed(), signed -> answer(contract, signed, about, taking));
    }

    <Q, A> ReportReply answer(
            ReportContract<Q, A> contract,
            SignedReport signed,
            Function<Q, Optional<HostId>> about,
            Taking<Q, A> taking) {
        try {
            Sender sender = verify(contract, signed);
            Q report = WireJson.read(signed.report(), contract.report());
            if (about.apply(report).filter(host -> !host.equals(sender.host())).isPresent()) {
                throw refused("host " + sender.host() + " speaks for another host");
            }
            return new ReportReply.Answered(WireJson.text(taking.take(sender, report)));
        } catch (ProblemException e) {
            note(contract, signed, e);
            return new ReportReply.Refused(e.problem());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the router is stopping", e);
        }
    }

    private Sender verify(ReportContract<?, ?> contract, SignedReport signed) throws InterruptedException {
        Instant now = clock.instant();
        Optional<Known> found = database.read(tx -> identities.key(tx, signed.host(), signed.keyId()));
        if (found.isEmpty()) {
            throw refused("host " + signed.host() + " has no key " + signed.keyId()
                    + ": it has not joined, was removed, or joined again since");
        }
        Known known = found.get();
        if (!ReportVerifier.isSignedBy(known.issued().key(), contract, signed)) {
            throw refused("its signature does not fit its content");
        }
        if (now.isAfter(known.issued().endsAt())) {
            throw refused("the certificate of host " + signed.host() + " ended at "
                    + known.issued().endsAt() + "; it must join again, with a new token");
        }
        if (Duration.between(signed.at(), now).abs().compareTo(tolerance) > 0) {
            throw refused("it was sent at " + signed.at() + ", and here it is " + now
                    + "; are the clocks of router and host in step?");
        }
        if (known instanceof Known.Next next) {
            database.transaction(tx -> {
                identities.promote(tx, signed.host(), next.issued().id());
                return true;
            });
        }
        return new Sender(signed.host(), signed.at());
    }

    private static ProblemException refused(String why) {
        return new ProblemException(ErrorCode.HOST_REPORT_REFUSED, "The report was not taken: " + why + ".");
    }

    /** A host that was removed and not told so would fill the log. */
    private void note(ReportContract<?, ?> contract, SignedReport signed, ProblemException refusal) {
        Instant now = clock.instant();
        Instant before = logged.get();
        if (Duration.between(before, now).compareTo(QUIET) >= 0 && logged.compareAndSet(before, now)) {
            LOG.atWarn()
                    .addKeyValue("hostId", signed.host())
                    .addKeyValue("contract", contract.name())
                    .addKeyValue("cause", refusal.problem().detail())
                    .log("a report is refused; others within the next seconds are not logged");
        }
    }
}

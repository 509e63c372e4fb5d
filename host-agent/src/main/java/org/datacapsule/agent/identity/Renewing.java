package org.datacapsule.agent.identity;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.Enrolment;
import org.datacapsule.common.wire.Renewal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gets this host new keys and certificates before the ones it has end. */
public final class Renewing {
    private static final Logger LOG = LoggerFactory.getLogger(Renewing.class);
    private static final Duration BETWEEN_TRIES = Duration.ofMinutes(1);
    private static final int PART_LEFT = 3;

    private final IdentityFiles files;
    private final HostId host;
    private final Runnable renewed;
    private Instant nextTry = Instant.EPOCH;

    /** @param renewed has those read the new certificates that keep the old ones in memory */
    public Renewing(IdentityFiles files, HostId host, Runnable renewed) {
        this.files = files;
        this.host = host;
        this.renewed = renewed;
    }

    /** Asks a router, as this host; empty when there is no answer. */
    @FunctionalInterface
    public interface Asking {
        Optional<Enrolment> ask(Renewal renewal) throws InterruptedException;
    }

    /**
     * Renews when less than a third of the certificate's time is left; from then on {@link IdentityFiles#read} has the new one,
     * and the old one is good until something is said with the new one.
     *
     * @return whether there is a new one
     */
    public boolean renewIfDue(Identity identity, Instant now, Asking router) throws InterruptedException {
        if (!isDue(identity.certificate(), now) || now.isBefore(nextTry)) {
            return false;
        }
        nextTry = now.plus(BETWEEN_TRIES);
        KeyRequest key = KeyRequest.make(host);
        KeyRequest linkKey = KeyRequest.make(host);
        Optional<Enrolment> enrolment = router.ask(new Renewal(key.request(), linkKey.request()));
        if (enrolment.isEmpty()) {
            return false;
        }
        try {
            files.install(enrolment.get(), key, linkKey);
        } catch (IOException | IllegalArgumentException e) {
            LOG.atError().setCause(e).addKeyValue("hostId", host).log("the new certificates cannot be kept");
            return false;
        }
        LOG.atInfo().addKeyValue("hostId", host).log("certificates are renewed");
        renewed.run();
        return true;
    }

    static boolean isDue(X509Certificate certificate, Instant now) {
        Instant begin = certificate.getNotBefore().toInstant();
        Instant end = certificate.getNotAfter().toInstant();
        return now.isAfter(end.minus(Duration.between(begin, end).dividedBy(PART_LEFT)));
    }
}

package org.datacapsule.agent.identity;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.datacapsule.agent.hypervisor.HostCalls;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.Revocations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this host from taking the calls of those who are hosts no more. It says it has a list once all on this host go by it, so that
 * routers tell it again whatever failed or died before that.
 */
public final class Revoking {
    private static final Logger LOG = LoggerFactory.getLogger(Revoking.class);
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(15);
    private static final Duration TO_END = Duration.ofSeconds(10);

    private final IdentityFiles files;
    private final HostId host;
    private final HostCalls calls;
    private final InstantSource clock;
    private final Semaphore free = new Semaphore(1);
    private volatile long number;
    private volatile Instant nextTry = Instant.EPOCH;

    /**
     * Goes by what the host goes by already.
     *
     * @param calls that it is to take or not
     * @throws IOException when the host's files cannot be read
     */
    public Revoking(IdentityFiles files, HostId host, HostCalls calls, InstantSource clock) throws IOException {
        this.files = files;
        this.host = host;
        this.calls = calls;
        this.clock = clock;
        this.number = files.numberRead();
    }

    /** Of the lists that all go by on this host; 0 where that is not certain. */
    public long number() {
        return number;
    }

    /** Goes by these soon, unless there are newer ones; returns at once. Nothing happens while others are being taken. */
    public void take(Revocations said) {
        if (clock.instant().isBefore(nextTry) || !free.tryAcquire()) {
            return;
        }
        Thread unused = Thread.ofVirtual().name("revoking").start(() -> {
            try {
                goBy(said);
            } finally {
                free.release();
            }
        });
    }

    /** Waits for what is under way, but not for ever; takes nothing more. */
    public void stop() throws InterruptedException {
        boolean unused = free.tryAcquire(TO_END.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether nothing is under way. */
    boolean isIdle() {
        return free.availablePermits() == 1;
    }

    private void goBy(Revocations said) {
        nextTry = clock.instant().plus(BETWEEN_TRIES);
        try {
            long kept = files.keep(said).number();
            if (kept == number) {
                nextTry = Instant.EPOCH;
            } else if (calls.readCertificates() && calls.end(said.gone())) {
                files.noteRead(kept);
                number = kept;
                nextTry = Instant.EPOCH;
                LOG.atInfo()
                        .addKeyValue("hostId", host)
                        .log("calls with revoked certificates are refused, list {}", kept);
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("hostId", host)
                    .log(
                            "what a router says of revoked certificates is not used; calls of hosts that were removed may be"
                                    + " taken here");
        }
    }
}

package org.datacapsule.router.http;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys that are read again when a token names one that is not known, and now and then. Anybody can send such a token, so
 * the source is asked at most once in {@code pause}, by one request at a time.
 */
final class RefreshedKeys {
    private static final Logger LOG = LoggerFactory.getLogger(RefreshedKeys.class);
    private static final Duration LONG_WAIT = Duration.ofSeconds(4);
    private static final Duration MOST_AGE = Duration.ofMinutes(10);

    private final Vertx vertx;
    private final AuthConfig config;
    private final KeySource source;
    private final Clock clock;
    private final Duration pause;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile Optional<Keyring> keyring = Optional.empty();
    private volatile Instant asked = Instant.MIN;

    RefreshedKeys(Vertx vertx, AuthConfig config, KeySource source, Clock clock, Duration pause) {
        this.vertx = vertx;
        this.config = config;
        this.source = source;
        this.clock = clock;
        this.pause = pause;
    }

    /** The keys to use, none when the source could not be read yet. */
    Optional<Keyring> current() {
        if (keyring.isEmpty()) {
            refresh(LONG_WAIT);
        } else if (asked.isBefore(clock.instant().minus(MOST_AGE))) {
            refresh(Duration.ZERO);
        }
        return keyring;
    }

    /** The keys after the source was asked again, unless that was done just now. */
    Optional<Keyring> renewed() {
        refresh(LONG_WAIT);
        return keyring;
    }

    /** @param wait for a thread that is asking already */
    private void refresh(Duration wait) {
        if (!isDue() && !asking.isLocked()) {
            return;
        }
        try {
            if (!asking.tryLock(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            try {
                if (isDue()) {
                    read();
                }
            } finally {
                asking.unlock();
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.atWarn().addKeyValue("cause", e.toString()).log("the keys that check tokens could not be read");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads the keys now and fails when there is none, so that a broken key file stops the program at its start. */
    void read() throws IOException, InterruptedException {
        asked = clock.instant();
        keyring = Optional.of(new Keyring(
                vertx, TrustedKeys.of(source.read(), config.development()), config.issuer(), config.audience()));
    }

    private boolean isDue() {
        return asked.equals(Instant.MIN) || !clock.instant().isBefore(asked.plus(pause));
    }
}

package org.datacapsule.router.lifetime;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleType;

/**
 * The one rule of expiry (docs/decisions/0010-expiry.md): warned, stopped, deleted, with the whole of the warning and of
 * the grace between, however late a step is taken. Pure.
 */
public final class LifetimeRule {
    private static final Duration FOR_EVER = Duration.ofDays(1);

    private final LifetimeConfig config;

    public LifetimeRule(LifetimeConfig config) {
        this.config = config;
    }

    /** When the capsule is stopped, or was; empty when its kind lives for ever. */
    public Optional<Instant> end(Lifetime life) {
        return naturalEnd(life).map(end -> switch (life.stage()) {
            case ACTIVE -> end;
            case WARNED ->
                isUsedSince(life) ? end : later(end, life.stageSince().plus(config.warning()));
            case STOPPED -> isUsedSince(life) ? end : life.stageSince();
        });
    }

    /** When a capsule that is stopped at {@code end} is deleted. */
    public Instant deletion(Instant end) {
        return end.plus(config.grace());
    }

    /** What is to be done at {@code now}. */
    public ExpiryStep next(Lifetime life, Instant now, boolean running) {
        Optional<Instant> natural = naturalEnd(life);
        if (natural.isEmpty()) {
            return life.stage() == ExpiryStage.ACTIVE
                    ? new ExpiryStep.Wait(now.plus(FOR_EVER))
                    : new ExpiryStep.Reactivate();
        }
        Instant warnAt = natural.get().minus(config.warning());
        if (life.stage() != ExpiryStage.ACTIVE && (isUsedSince(life) || now.isBefore(warnAt))) {
            return new ExpiryStep.Reactivate();
        }
        return switch (life.stage()) {
            case ACTIVE ->
                now.isBefore(warnAt)
                        ? new ExpiryStep.Wait(warnAt)
                        : new ExpiryStep.Warn(later(natural.get(), now.plus(config.warning())));
            case WARNED -> {
                Instant end = later(natural.get(), life.stageSince().plus(config.warning()));
                yield now.isBefore(end) ? new ExpiryStep.Wait(end) : new ExpiryStep.Stop();
            }
            case STOPPED -> stopped(life, now, running);
        };
    }

    private ExpiryStep stopped(Lifetime life, Instant now, boolean running) {
        Instant deletion = deletion(life.stageSince());
        if (!now.isBefore(deletion)) {
            return new ExpiryStep.Delete();
        }
        // It can run again by an operator's recover; that is no use of it.
        return running ? new ExpiryStep.Stop() : new ExpiryStep.Wait(deletion);
    }

    private Optional<Instant> naturalEnd(Lifetime life) {
        Duration length = life.type() == CapsuleType.DEMO ? config.demoLife() : config.researchIdle();
        return length.isPositive() ? Optional.of(life.basis().plus(length)) : Optional.empty();
    }

    private static boolean isUsedSince(Lifetime life) {
        return life.basis().isAfter(life.stageSince());
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}

package org.datacapsule.router.lifetime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.router.lifetime.ExpiryStep.Delete;
import org.datacapsule.router.lifetime.ExpiryStep.Reactivate;
import org.datacapsule.router.lifetime.ExpiryStep.Stop;
import org.datacapsule.router.lifetime.ExpiryStep.Wait;
import org.datacapsule.router.lifetime.ExpiryStep.Warn;
import org.datacapsule.router.testing.Seeded;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The next step as a table, and what must hold over any history. Days are numbers here; day 0 is the creation. */
class LifetimeRuleTest {
    private static final LifetimeConfig CONFIG = config(30, 180);
    private static final int WARNING = 14;
    private static final int GRACE = 14;

    static Stream<Arguments> table() {
        return Stream.of(
                // type, began, last active, stage, since, now, running → step
                row(CapsuleType.DEMO, 0, 0, ExpiryStage.ACTIVE, 0, 1, new Wait(day(16))),
                row(CapsuleType.DEMO, 0, 15, ExpiryStage.ACTIVE, 0, 16, new Warn(day(30))),
                row(CapsuleType.DEMO, 0, 0, ExpiryStage.ACTIVE, 0, 25, new Warn(day(39))),
                row(CapsuleType.DEMO, 0, 0, ExpiryStage.ACTIVE, 0, 99, new Warn(day(113))),
                row(CapsuleType.DEMO, 0, 20, ExpiryStage.WARNED, 16, 20, new Wait(day(30))),
                row(CapsuleType.DEMO, 0, 0, ExpiryStage.WARNED, 25, 38, new Wait(day(39))),
                row(CapsuleType.DEMO, 0, 0, ExpiryStage.WARNED, 16, 30, new Stop()),
                row(CapsuleType.DEMO, 20, 20, ExpiryStage.WARNED, 16, 21, new Reactivate()),
                row(CapsuleType.DEMO, 0, 0, ExpiryStage.STOPPED, 30, 43, new Wait(day(44))),
                row(CapsuleType.DEMO, 0, 0, ExpiryStage.STOPPED, 30, 44, new Delete()),
                row(CapsuleType.DEMO, 31, 31, ExpiryStage.STOPPED, 30, 32, new Reactivate()),
                row(CapsuleType.RESEARCH, 0, 5, ExpiryStage.ACTIVE, 0, 6, new Wait(day(171))),
                row(CapsuleType.RESEARCH, 0, 0, ExpiryStage.ACTIVE, 0, 166, new Warn(day(180))),
                row(CapsuleType.RESEARCH, 0, 0, ExpiryStage.WARNED, 166, 180, new Stop()),
                row(CapsuleType.RESEARCH, 0, 170, ExpiryStage.WARNED, 166, 171, new Reactivate()),
                row(CapsuleType.RESEARCH_FULL, 0, 0, ExpiryStage.ACTIVE, 0, 166, new Warn(day(180))),
                row(CapsuleType.RESEARCH_FULL, 0, 190, ExpiryStage.STOPPED, 180, 191, new Reactivate()));
    }

    @ParameterizedTest
    @MethodSource("table")
    void theNextStep(Lifetime life, Instant now, ExpiryStep step) {
        assertThat(new LifetimeRule(CONFIG).next(life, now, false)).isEqualTo(step);
    }

    @Test
    void oneThatRunsAgainWithoutBeingUsedIsStoppedAgainAndDeletedInTheEnd() {
        Lifetime life = life(CapsuleType.DEMO, 0, 0, ExpiryStage.STOPPED, 30);

        assertThat(new LifetimeRule(CONFIG).next(life, day(31), true)).isEqualTo(new Stop());
        assertThat(new LifetimeRule(CONFIG).next(life, day(44), true)).isEqualTo(new Delete());
    }

    @Test
    void zeroIsForEver() {
        LifetimeRule never = new LifetimeRule(config(0, 0));
        for (CapsuleType type : CapsuleType.values()) {
            assertThat(never.next(life(type, 0, 0, ExpiryStage.ACTIVE, 0), day(9999), true))
                    .isInstanceOf(Wait.class);
            assertThat(never.next(life(type, 0, 0, ExpiryStage.STOPPED, 0), day(9999), true))
                    .isEqualTo(new Reactivate());
            assertThat(never.end(life(type, 0, 0, ExpiryStage.ACTIVE, 0))).isEmpty();
        }
    }

    /** Commands, extensions, changed configurations and sweeps that come late, in any order. */
    @Test
    void nobodyLosesACapsuleWithoutTheWholeWarningAndTheWholeGrace() {
        Seeded random = Seeded.of("LifetimeRuleTest");
        for (int history = 0; history < 2000; history++) {
            CapsuleType type = random.of(List.of(CapsuleType.values()));
            Lifetime life = life(type, 0, 0, ExpiryStage.ACTIVE, 0);
            Optional<Instant> warned = Optional.empty();
            Optional<Instant> stopped = Optional.empty();
            Instant now = day(0);
            for (int step = 0; step < 60; step++) {
                now = now.plus(Duration.ofDays(random.below(40)));
                if (random.oneIn(6)) {
                    life = new Lifetime(
                            type, random.oneIn(2) ? now : life.began(), now, life.stage(), life.stageSince());
                }
                LifetimeRule rule = new LifetimeRule(
                        random.oneIn(8)
                                ? config(random.oneIn(2) ? 0 : 15 + random.below(60), 15 + random.below(300))
                                : CONFIG);
                Instant swept = now.plusSeconds(1);
                boolean used = life.basis().isAfter(life.stageSince());
                switch (rule.next(life, swept, random.oneIn(2))) {
                    case Wait wait ->
                        assertThat(wait.until()).as(random.toString()).isAfter(swept);
                    case Reactivate reactivate -> {
                        life = enter(life, ExpiryStage.ACTIVE, swept);
                        warned = Optional.empty();
                        stopped = Optional.empty();
                    }
                    case Warn warn -> {
                        assertThat(life.stage()).isEqualTo(ExpiryStage.ACTIVE);
                        assertThat(Duration.between(swept, warn.end()))
                                .isGreaterThanOrEqualTo(Duration.ofDays(WARNING));
                        life = enter(life, ExpiryStage.WARNED, swept);
                        warned = Optional.of(swept);
                    }
                    case Stop stop -> {
                        assertThat(used).as(random.toString()).isFalse();
                        assertThat(Duration.between(warned.orElseThrow(), swept))
                                .as(random.toString())
                                .isGreaterThanOrEqualTo(Duration.ofDays(WARNING));
                        if (life.stage() != ExpiryStage.STOPPED) {
                            life = enter(life, ExpiryStage.STOPPED, swept);
                            stopped = Optional.of(swept);
                        }
                    }
                    case Delete delete -> {
                        assertThat(used).as(random.toString()).isFalse();
                        assertThat(Duration.between(stopped.orElseThrow(), swept))
                                .as(random.toString())
                                .isGreaterThanOrEqualTo(Duration.ofDays(GRACE));
                        step = 60;
                    }
                }
            }
        }
    }

    @Test
    void oneThatNobodyUsesIsDeletedInTheEnd() {
        for (CapsuleType type : CapsuleType.values()) {
            Lifetime life = life(type, 0, 0, ExpiryStage.ACTIVE, 0);
            LifetimeRule rule = new LifetimeRule(CONFIG);
            int day = 0;
            while (!(rule.next(life, day(day), false) instanceof Delete)) {
                life = switch (rule.next(life, day(day), false)) {
                    case Warn warn -> enter(life, ExpiryStage.WARNED, day(day));
                    case Stop stop -> enter(life, ExpiryStage.STOPPED, day(day));
                    case Wait wait -> life;
                    case Reactivate reactivate -> throw new AssertionError("nobody used it");
                    case Delete delete -> life;
                };
                day++;
            }
            assertThat(day).isEqualTo(type == CapsuleType.DEMO ? 44 : 194);
        }
    }

    private static Arguments row(
            CapsuleType type, int began, int active, ExpiryStage stage, int since, int now, ExpiryStep step) {
        return Arguments.of(life(type, began, active, stage, since), day(now), step);
    }

    private static Lifetime life(CapsuleType type, int began, int active, ExpiryStage stage, int since) {
        return new Lifetime(type, day(began), day(active), stage, day(since));
    }

    private static Lifetime enter(Lifetime life, ExpiryStage stage, Instant now) {
        return new Lifetime(life.type(), life.began(), life.lastActive(), stage, now);
    }

    private static Instant day(int number) {
        return Instant.parse("2026-01-01T00:00:00Z").plus(Duration.ofDays(number));
    }

    private static LifetimeConfig config(int demo, int idle) {
        return new LifetimeConfig(
                Duration.ofDays(demo),
                2,
                Duration.ofDays(idle),
                Duration.ofDays(WARNING),
                Duration.ofDays(GRACE),
                Duration.ofMinutes(1));
    }
}

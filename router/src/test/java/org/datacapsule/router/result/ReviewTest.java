package org.datacapsule.router.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.router.result.Review.Decision;
import org.datacapsule.router.result.Review.Step;
import org.datacapsule.router.testing.Seeded;
import org.junit.jupiter.api.Test;

/** The life of a result, step by step against a model that remembers everything that was said of it. */
class ReviewTest {
    private static final int LIVES = 5_000;
    private static final List<String> REVIEWERS = List.of("ada", "bob", "cyd");

    private final Seeded random = Seeded.of("ReviewTest");

    @Test
    void everyLifeKeepsTheRules() {
        for (int life = 0; life < LIVES; life++) {
            int needed = 1 + random.below(2);
            Review now = new Review(ResultStatus.PENDING, Set.of());
            Set<String> approved = new HashSet<>();
            boolean rejected = false;
            boolean released = false;
            boolean revoked = false;
            for (int step = 0; step < 12; step++) {
                Decision decision = random.of(List.of(Decision.values()));
                String reviewer = random.of(REVIEWERS);
                boolean allowed = switch (decision) {
                    case RELEASE, REJECT -> !released && !rejected;
                    case REVOKE -> released && !revoked;
                };

                Step answer = now.next(decision, reviewer, needed);

                assertThat(answer instanceof Step.Moved)
                        .as("%s: %s by %s of %s", random, decision, reviewer, now)
                        .isEqualTo(allowed);
                switch (answer) {
                    case Step.Refused refused -> {
                        assertThat(refused.problem().code()).isEqualTo(ErrorCode.RESULT_NOT_PENDING);
                        assertThat(refused.problem().detail()).isNotBlank();
                    }
                    case Step.Moved moved -> {
                        switch (decision) {
                            case RELEASE -> approved.add(reviewer);
                            case REJECT -> rejected = true;
                            case REVOKE -> revoked = true;
                        }
                        released |= decision == Decision.RELEASE && approved.size() >= needed;
                        now = moved.to();
                    }
                }
                assertThat(now.status()).as("%s", random).isEqualTo(expected(rejected, released, revoked));
            }
        }
    }

    private static ResultStatus expected(boolean rejected, boolean released, boolean revoked) {
        if (rejected) {
            return ResultStatus.REJECTED;
        }
        if (revoked) {
            return ResultStatus.REVOKED;
        }
        return released ? ResultStatus.RELEASED : ResultStatus.PENDING;
    }

    @Test
    void wordsOnTheWireHaveOneCapital() {
        assertThat(ResultStatus.PENDING.wireName()).isEqualTo("Pending");
        for (Decision decision : Decision.values()) {
            assertThat(Decision.parse(
                            switch (decision) {
                                case RELEASE -> ResultStatus.RELEASED.wireName();
                                case REJECT -> ResultStatus.REJECTED.wireName();
                                case REVOKE -> ResultStatus.REVOKED.wireName();
                            }))
                    .isEqualTo(decision);
        }
    }
}

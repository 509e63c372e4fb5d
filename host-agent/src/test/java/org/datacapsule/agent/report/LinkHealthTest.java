package org.datacapsule.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.datacapsule.common.wire.HeartbeatReply;
import org.junit.jupiter.api.Test;

class LinkHealthTest {
    private static final Instant JOINED = Instant.EPOCH;
    private static final Optional<HeartbeatReply> ANSWERED = Optional.of(HeartbeatReply.admitted(false));
    private static final Optional<HeartbeatReply> REJOIN = Optional.of(HeartbeatReply.admitted(true));

    private final LinkHealth health = new LinkHealth(Duration.ofSeconds(5), JOINED);

    @Test
    void aLinkThatIsAnsweredIsKept() {
        for (int second = 0; second < 60; second += 2) {
            assertThat(health.beat(false, ANSWERED, JOINED.plusSeconds(second))).isEmpty();
        }
    }

    @Test
    void aLinkUnansweredForLongIsLeft() {
        assertThat(health.beat(false, ANSWERED, JOINED.plusSeconds(2))).isEmpty();
        assertThat(health.beat(false, Optional.empty(), JOINED.plusSeconds(6))).isEmpty();
        assertThat(health.beat(false, Optional.empty(), JOINED.plusSeconds(7))).isPresent();
    }

    @Test
    void aLinkWithoutARouterInReachIsLeftUnlessOneHasJustAnswered() {
        assertThat(health.beat(true, ANSWERED, JOINED.plusSeconds(1))).isEmpty();
        assertThat(health.beat(true, Optional.empty(), JOINED.plusSeconds(2))).isPresent();
    }

    @Test
    void aLinkARouterFindsNoWayOverIsLeft() {
        assertThat(health.beat(false, REJOIN, JOINED)).isPresent();
    }
}

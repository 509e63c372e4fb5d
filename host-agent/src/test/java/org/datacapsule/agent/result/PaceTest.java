package org.datacapsule.agent.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.datacapsule.agent.work.Closing;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long MIB = 1L << 20;

    private final AtomicLong nanos = new AtomicLong(-5);
    private final Pace pace = new Pace(new Closing(), nanos::get);

    @Test
    void a32ndOfASecondIsWorthAMebibyte() {
        assertThat(pace.owed(32 * MIB)).isEqualTo(Duration.ofSeconds(1));
        assertThat(pace.owed(32 * MIB)).isEqualTo(Duration.ofSeconds(2));
        nanos.addAndGet(Duration.ofMillis(1500).toNanos());

        assertThat(pace.owed(0)).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void littleIsFree() {
        assertThat(pace.owed(MIB / 2)).isZero();
    }

    @Test
    void whoeverWaitsHasNothingSavedUp() {
        nanos.addAndGet(Duration.ofHours(1).toNanos());

        assertThat(pace.owed(32 * MIB)).isEqualTo(Duration.ofSeconds(1));
    }
}

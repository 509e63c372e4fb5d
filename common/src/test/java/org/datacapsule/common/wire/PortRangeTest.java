package org.datacapsule.common.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class PortRangeTest {

    @Test
    void rangesThatTouchAreFine() {
        assertThat(new PortRange(5_800, 5_900, 100).count()).isEqualTo(100);
        assertThat(new PortRange(65_000, 5_900, 536).count()).isEqualTo(536);
    }

    @Test
    void rangesThatOverlapOrLeaveTheirBoundsAreRefused() {
        assertRefused(5_800, 5_900, 101);
        assertRefused(5_950, 5_900, 100);
        assertRefused(20_000, 5_900, 0);
        assertRefused(1_023, 5_900, 1);
        assertRefused(65_000, 5_900, 537);
        assertRefused(20_000, 5_899, 1);
        assertRefused(20_000, 65_535, 2);
    }

    private static void assertRefused(int ssh, int vnc, int count) {
        assertThatIllegalArgumentException().isThrownBy(() -> new PortRange(ssh, vnc, count));
    }
}

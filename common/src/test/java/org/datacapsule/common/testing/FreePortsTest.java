package org.datacapsule.common.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FreePortsTest {
    private static final int ALL_OF_THEM = 4000;

    @Test
    void noneIsGivenTwiceInARowAndNoneIsTheKernelsToGive() {
        List<Integer> given = Stream.generate(FreePorts::one).limit(200).toList();

        assertThat(given).doesNotHaveDuplicates().allMatch(port -> port >= 29_000 && port < 32_768);
    }

    @Test
    void aPortSomebodyListensOnIsPassedOver() throws Exception {
        int taken = FreePorts.one();
        try (ServerSocket somebody = new ServerSocket(taken, 1, InetAddress.getLoopbackAddress())) {
            assertThat(Stream.generate(FreePorts::one).limit(ALL_OF_THEM)).doesNotContain(somebody.getLocalPort());
        }
    }
}

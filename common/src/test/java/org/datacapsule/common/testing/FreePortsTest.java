package org.datacapsule.common.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FreePortsTest {
    private static final int ALL_OF_THEM = FreePorts.SHARE;

    @Test
    void noneIsGivenTwiceInARowAndNoneIsTheKernelsToGive() {
        List<Integer> given = Stream.generate(FreePorts::one).limit(200).toList();

        assertThat(given).doesNotHaveDuplicates().allMatch(port -> port >= 29_000 && port < 32_768);
    }

    @Test
    void anotherProcessIsGivenOthers() throws Exception {
        int mine = FreePorts.one();
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Another.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<Integer> theirs =
                other.inputReader().lines().map(Integer::parseInt).toList();

        assertThat(theirs).hasSize(ALL_OF_THEM).doesNotContain(mine).doesNotContain(FreePorts.one());
    }

    /** Prints every port it is given. */
    static final class Another {
        private Another() {}

        public static void main(String[] arguments) {
            Stream.generate(FreePorts::one).limit(ALL_OF_THEM).forEach(System.out::println);
        }
    }

    @Test
    void aPortSomebodyListensOnIsPassedOver() throws Exception {
        int taken = FreePorts.one();
        try (ServerSocket somebody = new ServerSocket(taken, 1, InetAddress.getLoopbackAddress())) {
            assertThat(Stream.generate(FreePorts::one).limit(ALL_OF_THEM)).doesNotContain(somebody.getLocalPort());
        }
    }
}

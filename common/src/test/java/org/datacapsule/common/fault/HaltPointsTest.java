package org.datacapsule.common.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HaltPointsTest {
    private final CountDownLatch halted = new CountDownLatch(1);

    @TempDir
    Path folder;

    private Path file;
    private HaltPoints points;

    @BeforeEach
    void make() {
        file = folder.resolve("points");
        points = new HaltPoints(file, halted::countDown);
    }

    @Test
    void withNoFileAndWithNoPointInItAllGoesOn() throws Exception {
        points.reached(Set.of("launch.begun"), "one");
        Files.writeString(file, "");
        points.reached(Set.of("launch.begun"), "one");

        assertThat(halted.getCount()).isOne();
    }

    @Test
    void theProcessEndsOnceAnotherWorkWaitsAtEachPoint() throws Exception {
        Files.writeString(file, "launch.begun\nlaunch.done\n");
        Thread first = reach("launch.begun", "one");
        await(first);

        points.reached(Set.of("launch.begun"), "two");
        points.reached(Set.of("stop.begun"), "two");
        Thread again = reach("launch.done", "one");
        await(again);
        assertThat(halted.getCount()).isOne();
        Thread second = reach("launch.done", "two");

        assertThat(halted.await(1, TimeUnit.MINUTES)).isTrue();
        await(second);
    }

    @Test
    void aPointGoesByAnyOfItsNames() throws Exception {
        Files.writeString(file, "stop/begun\n");

        Thread.ofVirtual().start(() -> points.reached(Set.of("begun", "stop/begun"), "one"));

        assertThat(halted.await(1, TimeUnit.MINUTES)).isTrue();
    }

    private Thread reach(String name, String work) {
        return Thread.ofPlatform().daemon().start(() -> points.reached(Set.of(name), work));
    }

    private static void await(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            assertThat(thread.isAlive()).isTrue();
            Thread.onSpinWait();
        }
    }
}

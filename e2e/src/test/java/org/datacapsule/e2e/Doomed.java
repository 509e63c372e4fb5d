package org.datacapsule.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.datacapsule.devkit.fleet.FleetPlan;
import org.datacapsule.devkit.fleet.Program;

/**
 * One of a fleet's programs that is to die at a point, and is started again when it has.
 *
 * @param <P> where it can die
 */
final class Doomed<P> {
    private static final int LIKE_KILL_9 = 137;
    private static final Duration DIES_WITHIN = Duration.ofSeconds(90);

    private final Supplier<Program> program;
    private final Start<P> start;
    private Optional<P> armedFor = Optional.empty();

    Doomed(Supplier<Program> program, Start<P> start) {
        this.program = program;
        this.start = start;
    }

    /** Starts the program. */
    @FunctionalInterface
    interface Start<P> {
        /** @param point where it is to die; empty for one that lives on */
        void armedFor(Optional<P> point) throws Exception;
    }

    /**
     * A fleet in which a program that is being started again is not taken for one that is gone, and whose guests take no
     * processor: a host does with them what it does with any.
     */
    static RunningFleet fleet() {
        return new RunningFleet(FleetPlan.onLibvirtWithBlankGuests()
                .withRouter("hosts.lease", "60s")
                .withRouter("secure-mode.volume-mb", "16"));
    }

    /** The program is one that will die at the point. */
    void arm(P point) throws Exception {
        if (!armedFor.equals(Optional.of(point))) {
            program.get().kill();
            start(Optional.of(point));
        }
    }

    /** What is looked at. */
    @FunctionalInterface
    interface Look {
        void at() throws Exception;
    }

    /**
     * Waits for its death, and starts it again.
     *
     * @param whileDead what must hold while it is dead
     */
    void dieAndComeBack(Look whileDead, Optional<P> armed) throws Exception {
        assertThat(program.get().awaitEnd(DIES_WITHIN)).isEqualTo(LIKE_KILL_9);
        whileDead.at();
        start(armed);
    }

    private void start(Optional<P> point) throws Exception {
        armedFor = point;
        start.armedFor(point);
    }
}

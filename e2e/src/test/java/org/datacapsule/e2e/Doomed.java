package org.datacapsule.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.datacapsule.devkit.fleet.Fleet;
import org.datacapsule.devkit.fleet.FleetPlan;
import org.datacapsule.devkit.fleet.Program;

/** One of a fleet's programs that is to die at points, and is started again when it has. */
final class Doomed {
    private static final int LIKE_KILL_9 = 137;
    private static final Duration DIES_WITHIN = Duration.ofSeconds(90);

    private final Fleet fleet;
    private final Function<Fleet, Program> program;
    private final Start start;

    Doomed(Fleet fleet, Function<Fleet, Program> program, Start start) {
        this.fleet = fleet;
        this.program = program;
        this.start = start;
    }

    /** Starts the program. */
    @FunctionalInterface
    interface Start {
        void of(Fleet fleet) throws Exception;
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

    /** The program will die once it has come to each of these points. */
    void arm(List<?> points) throws Exception {
        fleet.haltAt(points.stream().map(Object::toString).toList());
    }

    /** What is looked at. */
    @FunctionalInterface
    interface Look {
        void at() throws Exception;
    }

    /**
     * Waits for its death, and starts it again to live on.
     *
     * @param whileDead what must hold while it is dead
     */
    void dieAndComeBack(Look whileDead) throws Exception {
        assertThat(program.apply(fleet).awaitEnd(DIES_WITHIN)).isEqualTo(LIKE_KILL_9);
        whileDead.at();
        arm(List.of());
        start.of(fleet);
    }
}

package org.datacapsule.campaign.simulated;

import java.time.Duration;
import org.datacapsule.common.id.HostId;
import org.datacapsule.router.fence.Fencing;

/** The operator's fence command, run by one life of a router: it takes its time, and fails at times. */
record PowerSwitch(World world, Life process) implements Fencing {
    /** Of the name by which a sabotage has it say so and do nothing. */
    static final String VERB = "powerOff";

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int FAILS_ONE_IN = 6;
    /** Until somebody has looked at the machine and switched it on. */
    private static final int MOST_MILLIS_OFF = 90_000;

    @Override
    public boolean isThere() {
        return true;
    }

    @Override
    public Duration timeout() {
        return TIMEOUT;
    }

    @Override
    public Result run(HostId host) {
        SimulatedMachine machine = world.machine(host.value());
        world.turn(process, "fence command for " + host + " begins");
        world.time().pause(world.time().between(50, 5_000));
        if (world.draw(FAILS_ONE_IN) == 0) {
            return new Result(1, "simulated: the machine's controller does not answer");
        }
        if (!world.sabotage().verbs().contains(VERB)) {
            machine.powerOff();
            world.time().after(world.time().between(10_000, MOST_MILLIS_OFF), machine::powerOn);
        }
        world.turn(process, "fence command for " + host + " ends");
        return new Result(0, "simulated: off");
    }
}

package org.datacapsule.campaign.simulated;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.devkit.check.Asked.Answer;
import org.datacapsule.devkit.check.Breach;
import org.datacapsule.devkit.check.Rule;

/** What an operator does about a host that is not heard of. */
final class DeadHosts {
    /** Who was told to wait asks again after this. */
    private static final Duration TO_LOOK_AGAIN = Duration.ofSeconds(15);

    private static final int TIMES = 3;

    private final World world;
    private final Asking asking;

    DeadHosts(World world, Asking asking) {
        this.world = world;
        this.asking = asking;
    }

    /**
     * Has it fenced and evacuated.
     *
     * @param isStated by the operator's word, once the machine is seen to have no power; otherwise by the command
     * @param anew capsules that cannot be taken over are made again
     */
    void fence(SimulatedMachine machine, boolean isStated, boolean anew) {
        for (int time = 1; time <= TIMES; time++) {
            if (isFenced(machine, isStated)) {
                evacuate(machine, anew);
                return;
            }
            world.time().pause(TO_LOOK_AGAIN);
        }
    }

    private boolean isFenced(SimulatedMachine machine, boolean isStated) {
        JsonObject parameters = new JsonObject().put("id", machine.name());
        if (isStated && !machine.hasPower()) {
            parameters.put("machineIsOff", machine.name());
        }
        // A statement holds for the moment in which it is made, so nobody repeats it unseen.
        return asking.ask(Asking.OPERATOR, "fenceHost", parameters, 1)
                .body()
                .filter(body -> body.getString("state").equals("FENCED"))
                .isPresent();
    }

    private void evacuate(SimulatedMachine machine, boolean anew) {
        JsonObject parameters = new JsonObject().put("id", machine.name()).put("anew", anew);
        for (int time = 1; time <= TIMES; time++) {
            // Each time is a command of its own: what an earlier one has begun is not answered again.
            Asking.Said said = asking.ask(Asking.OPERATOR, "evacuateHost", parameters, 1);
            said.body().ifPresent(body -> requireGone(machine, body.getJsonArray("evacuating")));
            if (!(said.answer() instanceof Answer.Unknown) && world.draw(3) != 0) {
                return;
            }
            world.time().pause(TO_LOOK_AGAIN);
        }
    }

    /** Only a host that is off is evacuated, whatever it was that said so. */
    private void requireGone(SimulatedMachine machine, JsonArray evacuating) {
        for (int i = 0; i < evacuating.size(); i++) {
            JsonObject one = evacuating.getJsonObject(i);
            CapsuleId capsule = CapsuleId.parse(one.getString("vmid"));
            if (machine.host().hypervisor().all().containsKey(capsule)) {
                world.saw(new Breach(
                        Rule.ONE_HOME,
                        "capsule " + capsule + " was given to " + one.getString("to") + " and runs on "
                                + machine.name()));
            }
        }
    }
}

package org.datacapsule.campaign.simulated;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import org.datacapsule.common.id.CapsuleId;

/** An operator who copies a capsule's files to another host, writes it down as moved, and tidies up behind. */
final class ByHand {
    private static final Duration TO_LOOK_AGAIN = Duration.ofSeconds(3);
    /** Past the deadline of a migration. */
    private static final int LOOKS = 240;

    private final World world;
    private final Asking asking;

    ByHand(World world, Asking asking) {
        this.world = world;
        this.asking = asking;
    }

    /** Of one that is shut down; of any other it does nothing. */
    void move(String capsule, SimulatedMachine to) {
        Optional<JsonObject> before = show(capsule);
        String home = before.map(it -> it.getString("host")).orElse(to.name());
        CapsuleId id = CapsuleId.parse(capsule);
        boolean isThere = to.host().storage().all().contains(id)
                || to.host().storage().expected().contains(id);
        if (home.equals(to.name())
                || isThere
                || !before.orElseThrow().getString("state").equals("SHUTDOWN")
                || !world.machine(home).hasPower()
                || !to.hasPower()) {
            return;
        }
        SimulatedMachine from = world.machine(home);
        world.note("somebody copies " + capsule + " from " + home + " to " + to.name());
        from.copyByHand(id, to);
        int pair = world.draw(SimulatedMachine.PORTS);
        JsonObject parameters = new JsonObject()
                .put("vmid", capsule)
                .put("host", to.name())
                .put("sshport", to.ports().sshFirst() + pair)
                .put("vncport", to.ports().vncFirst() + pair);
        asking.ask(Asking.OPERATOR, "recordMigration", parameters);
        for (int look = 0; look < LOOKS; look++) {
            world.time().pause(TO_LOOK_AGAIN);
            Optional<JsonObject> now = show(capsule);
            boolean isSettled = now.filter(it -> !it.getString("state").endsWith("_PENDING"))
                    .isPresent();
            if (isSettled) {
                remove(id, now.orElseThrow().getString("host"), from, to);
                return;
            }
        }
    }

    /** What is not at home is nobody's; a host that lost its power since has its disk all the same. */
    private void remove(CapsuleId capsule, String home, SimulatedMachine from, SimulatedMachine to) {
        for (SimulatedMachine one : new SimulatedMachine[] {from, to}) {
            if (!one.name().equals(home) && !one.host().hypervisor().all().containsKey(capsule)) {
                world.note("somebody removes " + capsule + " from " + one.name());
                one.removeByHand(capsule);
            }
        }
    }

    /** As its row says. */
    private Optional<JsonObject> show(String capsule) {
        return world.rows().capsule(capsule);
    }
}

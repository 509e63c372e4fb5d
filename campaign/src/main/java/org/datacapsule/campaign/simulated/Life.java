package org.datacapsule.campaign.simulated;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.datacapsule.agent.step.Abandoned;

/** One life of a router or an agent: its threads end with it, wherever they are. */
final class Life {
    private final Timeline time;
    private final String name;
    private final Set<Party> parties = new LinkedHashSet<>();
    private boolean dead;
    private int stepsToLive = Integer.MAX_VALUE;

    Life(Timeline time, String name) {
        this.time = time;
        this.name = name;
    }

    String name() {
        return name;
    }

    boolean isDead() {
        return dead;
    }

    void add(Party party) {
        parties.add(party);
    }

    void remove(Party party) {
        parties.remove(party);
    }

    /** It dies at this step from now. */
    void dieAfter(int steps) {
        stepsToLive = steps;
    }

    /** At each step in its work. @throws Abandoned when it dies here */
    void step() {
        if (--stepsToLive <= 0) {
            kill();
        }
        throwIfDead();
    }

    /** @throws Abandoned when it is dead */
    void throwIfDead() {
        if (dead) {
            throw new Abandoned(name + " is dead");
        }
    }

    /** From now on nothing of it does anything. */
    void kill() {
        if (!dead) {
            dead = true;
            time.atOnce(() -> List.copyOf(parties).forEach(time::end));
        }
    }
}

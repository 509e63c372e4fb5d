package org.datacapsule.campaign.simulated;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Something that is done to the fleet from outside.
 *
 * @param at after the beginning of the run
 */
record Happening(Duration at, What what) {

    /** What it is. Numbers are drawn beforehand; what they stand for shows when the time has come. */
    sealed interface What {
        /** Somebody gives a command, which depends on what there is. */
        record Command(int user, int capsule, int choice, int host) implements What {}

        /** The agent dies at this step of its work from now, and is started again later. */
        record AgentDies(int host, int afterSteps, Duration away) implements What {}

        record RouterDies(int router, int afterSteps, Duration away) implements What {}

        /** The power of the host fails, and comes back. */
        record HostDies(int host, Duration away) implements What {}

        /** Nothing goes between the two. */
        record Cut(int host, int router, Duration time) implements What {}

        /** Nothing goes between the host and anybody. */
        record Isolated(int host, Duration time) implements What {}

        /** Messages are lost, late and repeated. */
        record BadWires(Duration time) implements What {}

        /** libvirt fails one call in so many. */
        record LibvirtFails(int host, int oneIn, Duration time) implements What {}

        record DiskFull(int host, Duration time) implements What {}

        /** A guest ends by itself. */
        record GuestEnds(int host, int which) implements What {}

        /** The next times that guests are asked to power off they do not hear it. */
        record DeafGuests(int host, int presses) implements What {}

        record PostgresAway(Duration time) implements What {}

        /** The operator has the host fenced and evacuated; by a statement, where its power is seen to be off. */
        record Fence(int host, boolean isStated, boolean anew) implements What {}

        record CommitsLost(int oneIn, Duration time) implements What {}
    }

    /** What happens in a run: commands all the time, and faults that last a while and may overlap. */
    static List<Happening> draw(Random random, int commands, int faults) {
        List<Happening> drawn = new ArrayList<>();
        int seconds = 4 * commands;
        for (int i = 0; i < commands; i++) {
            drawn.add(new Happening(
                    within(random, seconds),
                    new What.Command(random.nextInt(64), random.nextInt(64), random.nextInt(100), random.nextInt(64))));
        }
        for (int i = 0; i < faults; i++) {
            // Most right after a command, when there is something to disturb.
            Duration at = random.nextInt(3) == 0
                    ? within(random, seconds)
                    : drawn.get(random.nextInt(commands)).at().plusMillis(random.nextInt(2_500));
            drawn.addAll(fault(at, random));
        }
        drawn.sort((one, other) -> one.at().compareTo(other.at()));
        return List.copyOf(drawn);
    }

    private static Duration within(Random random, int seconds) {
        return Duration.ofMillis(random.nextLong(1_000L * seconds));
    }

    /** Some hosts are gone for so long that the operator hears of it, and does something about them. */
    private static List<Happening> fault(Duration at, Random random) {
        if (random.nextInt(5) != 0) {
            return List.of(new Happening(at, fault(random)));
        }
        int host = random.nextInt(64);
        Duration time = Duration.ofMillis(30_000 + random.nextLong(90_000));
        Duration heard = at.plusMillis(25_000 + random.nextLong(20_000));
        What gone = random.nextBoolean() ? new What.Isolated(host, time) : new What.HostDies(host, time);
        return List.of(
                new Happening(at, gone),
                new Happening(heard, new What.Fence(host, random.nextBoolean(), random.nextInt(4) != 0)));
    }

    private static What fault(Random random) {
        int host = random.nextInt(64);
        int steps = 1 + random.nextInt(25);
        Duration time = Duration.ofMillis(500 + random.nextLong(random.nextInt(4) == 0 ? 90_000 : 12_000));
        return switch (random.nextInt(20)) {
            case 0, 1, 2, 3 -> new What.AgentDies(host, steps, time);
            case 4, 5, 6 -> new What.RouterDies(host, 1 + random.nextInt(12), time);
            case 7, 8 -> new What.HostDies(host, time);
            case 9 -> new What.Cut(host, random.nextInt(64), time);
            case 10, 11 -> new What.Isolated(host, time);
            case 12, 13 -> new What.BadWires(time);
            case 14 -> new What.LibvirtFails(host, 1 + random.nextInt(6), time);
            case 15 -> new What.DiskFull(host, time);
            case 16 -> new What.GuestEnds(host, random.nextInt(64));
            case 17 -> new What.DeafGuests(host, 1 + random.nextInt(3));
            case 18 -> new What.PostgresAway(time);
            default -> new What.CommitsLost(2 + random.nextInt(4), time);
        };
    }
}

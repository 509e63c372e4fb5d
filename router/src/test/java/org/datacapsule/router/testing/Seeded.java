package org.datacapsule.router.testing;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** A generator whose seed is printed, so that a failure can be played again with {@code -Dtest.seed=…}. */
public final class Seeded {
    private static final String PROPERTY = "test.seed";

    private final long seed;
    private final RandomGenerator random;

    private Seeded(long seed) {
        this.seed = seed;
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    public static Seeded of(String test) {
        Seeded seeded = new Seeded(Long.getLong(PROPERTY, System.nanoTime()));
        System.out.println(test + ": -D" + PROPERTY + "=" + seeded.seed);
        return seeded;
    }

    /** From 0 to one below {@code bound}. */
    public int below(int bound) {
        return random.nextInt(bound);
    }

    public long between(long least, long most) {
        return random.nextLong(least, most + 1);
    }

    public boolean oneIn(int many) {
        return random.nextInt(many) == 0;
    }

    public <T> T of(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    @Override
    public String toString() {
        return "seed " + seed;
    }
}

package org.datacapsule.campaign.simulated;

import java.io.Serial;
import java.security.Provider;
import java.security.SecureRandomSpi;
import java.security.Security;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes the ids, keys and nonces of a simulation repeatable: within it every {@code SecureRandom} of this JVM draws from the
 * simulation's seed; and its signatures cheap, which are a third of what a run costs else. Never to be loaded where anything real
 * is protected.
 */
final class SeededRandomness extends Provider {
    @Serial
    private static final long serialVersionUID = 1L;

    private static final ThreadLocal<@Nullable Random> CURRENT = new ThreadLocal<>();
    private static final SplittableRandom OTHERS = new SplittableRandom();

    private SeededRandomness() {
        super("SeededRandomness", "1", "repeatable, for simulations");
        put("SecureRandom.Seeded", Source.class.getName());
        put("Signature.Ed25519", PlainSignature.class.getName());
    }

    /** From now on, in this JVM. @throws IllegalStateException when ids were drawn from something else before */
    static synchronized void install() {
        Security.insertProviderAt(new SeededRandomness(), 1);
        Random before = CURRENT.get();
        try {
            CURRENT.set(new Random(1));
            UUID one = UUID.randomUUID();
            CURRENT.set(new Random(1));
            if (!one.equals(UUID.randomUUID())) {
                throw new IllegalStateException("ids of this JVM cannot be repeated: one was drawn before");
            }
        } finally {
            CURRENT.set(before);
        }
    }

    /** For the thread that asks. */
    static void use(Random random) {
        CURRENT.set(random);
    }

    static void useOthers() {
        CURRENT.remove();
    }

    /** What {@code SecureRandom} draws from. */
    public static final class Source extends SecureRandomSpi {
        @Serial
        private static final long serialVersionUID = 1L;

        public Source() {}

        @Override
        protected void engineSetSeed(byte[] seed) {}

        @Override
        protected void engineNextBytes(byte[] bytes) {
            Random random = CURRENT.get();
            if (random != null) {
                random.nextBytes(bytes);
            } else {
                synchronized (OTHERS) {
                    OTHERS.nextBytes(bytes);
                }
            }
        }

        @Override
        protected byte[] engineGenerateSeed(int length) {
            byte[] seed = new byte[length];
            engineNextBytes(seed);
            return seed;
        }
    }
}

package org.datacapsule.agent.hypervisor;

import java.time.Duration;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.Sha256;

/** Gets this host the images it lacks. */
@FunctionalInterface
public interface ImageSupply {
    /** Of a host that has what it has: what it lacks is found missing where it is needed. */
    ImageSupply NONE = image -> Held.AT_HAND;

    /**
     * An image is about to be made here: what was fetched and nobody needs goes, where it has to.
     *
     * @param bytes it will take
     * @throws ProblemException {@link ErrorCode#HOST_DISK_FULL} when there is no room all the same
     */
    default void makeRoom(long bytes) {}

    /** Somebody needs an image now: it is fetched where it is missing, and stays until it is let go of. */
    Held hold(Sha256 image);

    /** An image that is needed. */
    interface Held extends AutoCloseable {
        Held AT_HAND = new Held() {
            @Override
            public boolean isHere() {
                return true;
            }

            @Override
            public boolean await(Duration atMost) {
                return true;
            }

            @Override
            public int percent() {
                return 100;
            }

            @Override
            public void close() {
                // Nobody takes it away.
            }
        };

        boolean isHere();

        /**
         * Waits for it; answers whether it has come.
         *
         * @throws ProblemException {@link ErrorCode#HOST_IMAGE_MISSING}, {@link ErrorCode#HOST_DISK_FULL}: it does not come
         */
        boolean await(Duration atMost) throws InterruptedException;

        /** How much of it is here, 0 to 100. */
        int percent();

        /** It is not needed any more, or a file that is here lies on it. */
        @Override
        void close();
    }
}

package org.datacapsule.campaign.simulated;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A place where one party waits for what another puts there; what comes later than the first is dropped. */
final class Mailbox<T> {
    private @Nullable T content;
    private Runnable filled = () -> {};

    void put(T value) {
        if (content == null) {
            content = value;
            filled.run();
        }
    }

    boolean isFilled() {
        return content != null;
    }

    void onceFilled(Runnable what) {
        filled = what;
    }

    Optional<T> content() {
        return Optional.ofNullable(content);
    }
}

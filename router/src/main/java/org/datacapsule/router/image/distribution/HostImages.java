package org.datacapsule.router.image.distribution;

import java.util.function.Predicate;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.ImageOrders;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.host.ImageCheck;

/** What heartbeats say of images is written down, and answered with what is to be done. */
public final class HostImages implements ImageCheck {
    private final HostImageStore rows = new HostImageStore();
    private final Predicate<Sha256> stored;

    /** @param stored whether the image store has content */
    public HostImages(Predicate<Sha256> stored) {
        this.stored = stored;
    }

    @Override
    public ImageOrders check(Tx tx, Heartbeat heartbeat) throws InterruptedException {
        rows.setImages(tx, heartbeat.host(), heartbeat.images());
        if (heartbeat.imageStock().isEmpty()) {
            return ImageOrders.NONE;
        }
        rows.setFetches(tx, heartbeat.host(), heartbeat.imageStock().get());
        return rows.orders(tx, heartbeat.host(), stored);
    }
}

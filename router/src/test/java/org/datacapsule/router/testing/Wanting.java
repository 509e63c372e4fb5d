package org.datacapsule.router.testing;

import java.time.Duration;
import org.datacapsule.common.transfer.ImageDownload;
import org.datacapsule.common.wire.ImageSource;

/** Wants an image until it is there. */
public final class Wanting implements ImageDownload.Watch {
    @Override
    public void begins(long total, long had) {}

    @Override
    public void progress(long done, long total) {}

    @Override
    public void refused(ImageSource source) {}

    @Override
    public boolean isWanted() {
        return true;
    }

    @Override
    public void pause(Duration time) throws InterruptedException {
        Thread.sleep(time);
    }
}

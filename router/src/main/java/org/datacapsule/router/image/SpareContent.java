package org.datacapsule.router.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.image.depot.ImageDepot;

/** Content that was brought to the image store for an image which did not come to be. */
public final class SpareContent {

    private SpareContent() {}

    /** Drops it, unless an image has it, or had it and is swept by itself. */
    public static void drop(Tx tx, ImageStore images, ImageDepot depot, Sha256 content) throws InterruptedException {
        images.holdContent(tx, content);
        if (images.needsContent(tx, content)) {
            return;
        }
        try {
            depot.remove(content);
        } catch (IOException e) {
            throw new UncheckedIOException("the content of no image could not be removed", e);
        }
    }
}

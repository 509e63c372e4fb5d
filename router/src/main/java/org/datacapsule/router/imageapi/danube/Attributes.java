package org.datacapsule.router.imageapi.danube;

import java.util.List;
import org.datacapsule.router.image.Image;

/**
 * What Danube Cloud says of an image besides what the catalogue knows; nothing here acts on it.
 *
 * @param alias a short name; unique together with the version
 * @param isBound whether it belongs to a datacenter, so that others than admins may change it
 */
record Attributes(String alias, String version, boolean resize, boolean deploy, List<String> tags, boolean isBound) {
    private static final String FIRST_VERSION = "1.0";

    Attributes {
        tags = List.copyOf(tags);
    }

    /** Of an image of which nobody said anything. */
    static Attributes plain(Image image) {
        return new Attributes(image.name(), FIRST_VERSION, false, false, List.of(), true);
    }
}

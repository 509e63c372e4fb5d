package org.datacapsule.router.imageapi.danube;

import java.util.List;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.TokenRole;
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
        return plain(image.name());
    }

    static Attributes plain(String name) {
        return new Attributes(name, FIRST_VERSION, false, false, List.of(), true);
    }

    /** What belongs to no datacenter, or is to belong to one or none from now on, is for admins. */
    static void requireMayBind(Caller caller, Attributes now, Attributes then) {
        if ((!now.isBound() || !then.isBound()) && !caller.hasAny(TokenRole.ADMIN)) {
            throw new ProblemException(
                    ErrorCode.IMAGE_PERMISSION_DENIED, "Only an admin changes what has dc_bound=false.");
        }
    }
}

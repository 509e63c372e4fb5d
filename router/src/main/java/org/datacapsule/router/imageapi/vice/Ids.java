package org.datacapsule.router.imageapi.vice;

import java.util.UUID;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.http.DialectRequest;

/** Ids, all of them UUIDs; what is none names nothing that is there. */
final class Ids {
    private Ids() {}

    static UUID of(DialectRequest request) {
        return parse(request.pathValue("id"));
    }

    static ImageId image(DialectRequest request) {
        return new ImageId(of(request));
    }

    /** @throws ProblemException {@link ErrorCode#REQUEST_NOT_FOUND} */
    static UUID parse(String text) {
        try {
            return ImageId.parse(text).value();
        } catch (IllegalArgumentException e) {
            throw new ProblemException(ErrorCode.REQUEST_NOT_FOUND, "There is nothing of this id.");
        }
    }
}

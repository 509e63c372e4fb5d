package org.datacapsule.router.image.intake;

import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.image.depot.ImageDepot;
import org.datacapsule.router.image.inspect.StandaloneImage;

/** What files of images need: where they are kept, and what looks at them. A cluster may have neither. */
final class Store {
    private final Optional<ImageDepot> depot;
    private final Optional<StandaloneImage> looking;

    /** @param looking none: this machine cannot confine what looks at files, so none are taken by this router */
    Store(Optional<ImageDepot> depot, Optional<StandaloneImage> looking) {
        this.depot = depot;
        this.looking = looking;
    }

    /** Both. */
    record Open(ImageDepot depot, StandaloneImage looking) {}

    Optional<Open> open() {
        return depot.flatMap(has -> looking.map(looks -> new Open(has, looks)));
    }

    /** @throws ProblemException {@link ErrorCode#IMAGE_STORE_MISSING} */
    Open require() {
        requireDepot();
        return open().orElseThrow(() ->
                missing("This router cannot look at files of images safely; its log says what it lacks."));
    }

    /** @throws ProblemException {@link ErrorCode#IMAGE_STORE_MISSING} */
    ImageDepot requireDepot() {
        return depot.orElseThrow(
                () -> missing("This cluster keeps no files of images; whoever runs it can set images.directory."));
    }

    private static ProblemException missing(String why) {
        return new ProblemException(ErrorCode.IMAGE_STORE_MISSING, why);
    }
}

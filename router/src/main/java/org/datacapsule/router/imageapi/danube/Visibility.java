package org.datacapsule.router.imageapi.danube;

import java.util.Optional;
import org.datacapsule.router.image.Image;

/** Who may use an image, as Danube Cloud numbers it. */
enum Visibility {
    PUBLIC(1),
    PRIVATE(3),
    /** No server is made from it any more. */
    DELETED(4);

    private final int number;

    Visibility(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    static Visibility of(Image image) {
        return switch (image.status()) {
            case DELETE_PENDING, DELETED -> DELETED;
            case SHARE_PENDING, ACTIVE, ERROR -> image.isPublic() ? PUBLIC : PRIVATE;
        };
    }

    static Optional<Visibility> numbered(long number) {
        for (Visibility access : values()) {
            if (access.number == number) {
                return Optional.of(access);
            }
        }
        return Optional.empty();
    }
}

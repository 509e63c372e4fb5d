package org.datacapsule.router.image;

/** What can be done to an image: from which states it is possible, and where it leads (capsule API, "Images"). */
public enum ImageCommand {
    UPDATE(ImageStatus.ACTIVE) {
        @Override
        public boolean isPossibleIn(ImageStatus status) {
            return status == ImageStatus.ACTIVE;
        }
    },
    ACTIVATE(ImageStatus.ACTIVE) {
        @Override
        public boolean isPossibleIn(ImageStatus status) {
            return status == ImageStatus.SHARE_PENDING;
        }
    },
    /** The seed has ACTIVE only; an image that went wrong would otherwise hold its name and its owner's quota for ever. */
    REQUEST_DELETE(ImageStatus.DELETE_PENDING) {
        @Override
        public boolean isPossibleIn(ImageStatus status) {
            return status == ImageStatus.ACTIVE || status == ImageStatus.ERROR;
        }
    },
    /** Takes a request for deletion back, of an image that could be used before it. */
    RECOVER(ImageStatus.ACTIVE) {
        @Override
        public boolean isPossibleIn(ImageStatus status) {
            return status == ImageStatus.DELETE_PENDING;
        }
    },
    DELETE(ImageStatus.DELETED) {
        @Override
        public boolean isPossibleIn(ImageStatus status) {
            return status == ImageStatus.DELETE_PENDING;
        }
    };

    private final ImageStatus to;

    ImageCommand(ImageStatus to) {
        this.to = to;
    }

    public abstract boolean isPossibleIn(ImageStatus status);

    public ImageStatus to() {
        return to;
    }
}

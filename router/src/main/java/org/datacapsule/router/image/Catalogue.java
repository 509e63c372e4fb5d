package org.datacapsule.router.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.TokenRole;

/** What may be done to an image of the catalogue, by whom and when (capsule API, "Images"). */
public final class Catalogue {
    private final ImageStore images;

    public Catalogue(ImageStore images) {
        this.images = images;
    }

    /** What an owner changes; what is not given stays. */
    public record Description(Optional<String> name, Optional<String> description, Optional<Boolean> isPublic) {}

    /** @throws ProblemException when there is no such image, or not for this caller */
    public Image visible(Tx tx, Caller caller, ImageId id) throws InterruptedException {
        return images.find(tx, id)
                .filter(image -> image.isVisibleTo(caller.guid()) || runsTheCluster(caller))
                .orElseThrow(() -> notFound(id));
    }

    /**
     * The same for callers who may know that an image is there which is not for them.
     *
     * @throws ProblemException {@link ErrorCode#IMAGE_PERMISSION_DENIED} then
     */
    public Image visibleOrDenied(Tx tx, Caller caller, ImageId id) throws InterruptedException {
        Image image = images.find(tx, id).orElseThrow(() -> notFound(id));
        if (!image.isVisibleTo(caller.guid()) && !runsTheCluster(caller)) {
            throw new ProblemException(
                    ErrorCode.IMAGE_PERMISSION_DENIED, "Image " + id + " is not yours, and not public.");
        }
        return image;
    }

    /** The image of that name that is not deleted. */
    public Image visible(Tx tx, Caller caller, String name) throws InterruptedException {
        return images.find(tx, name)
                .filter(image -> image.isVisibleTo(caller.guid()) || runsTheCluster(caller))
                .orElseThrow(() -> new ProblemException(
                        ErrorCode.IMAGE_NOT_FOUND,
                        "There is no image named \"" + name + "\" that is public or your own."));
    }

    /** Whether there is a capsule that was made from it. */
    public boolean isUsed(Tx tx, ImageId id) throws InterruptedException {
        return images.isUsed(tx, id);
    }

    /** What this caller may see, whatever its state, oldest first: what is public or their own. */
    public List<Image> listed(Tx tx, Caller caller) throws InterruptedException {
        return images.visible(tx, caller.guid());
    }

    /** Every image, for those who run the cluster. */
    public List<Image> all(Tx tx, Caller caller) throws InterruptedException {
        return runsTheCluster(caller) ? images.all(tx) : listed(tx, caller);
    }

    /** The image, which this caller may change and nobody else changes until the transaction ends. */
    public Image changeable(Tx tx, Caller caller, ImageId id) throws InterruptedException {
        Image image = locked(tx, caller, id);
        requireMayChange(image, caller);
        return image;
    }

    /** Something was changed that stands beside the image. */
    public void touch(Tx tx, ImageId id) throws InterruptedException {
        images.touch(tx, id);
    }

    public Image update(Tx tx, Caller caller, ImageId id, Description changes) throws InterruptedException {
        Image image = changeable(tx, caller, id);
        requirePossible(image, ImageCommand.UPDATE);
        String name = changes.name().orElse(image.name());
        if (!name.equals(image.name())) {
            requireFreeName(tx, images, name);
        }
        images.describe(
                tx,
                id,
                name,
                changes.description().orElse(image.description()),
                changes.isPublic().orElse(image.isPublic()));
        return images.find(tx, id).orElseThrow();
    }

    /** For hosts and operators: the image's content is on every host. */
    Image activate(Tx tx, Caller caller, ImageId id) throws InterruptedException {
        Image image = locked(tx, caller, id);
        requirePossible(image, ImageCommand.ACTIVATE);
        if (image.content().isEmpty()) {
            throw new ProblemException(
                    ErrorCode.IMAGE_INVALID_STATE,
                    "Image " + id + " has no content yet: its capsule's disk is still being copied.");
        }
        return move(tx, image, ImageCommand.ACTIVATE);
    }

    /**
     * Makes an image that has its content one that capsules are made from, before every host has it: hosts that lack it are
     * told to fetch it. One that is active already stays so.
     */
    public Image deploy(Tx tx, Caller caller, ImageId id) throws InterruptedException {
        Image image = visibleOrDenied(tx, caller, id);
        if (image.status() == ImageStatus.ACTIVE) {
            return image;
        }
        requireMayChange(image, caller);
        return activate(tx, caller, id);
    }

    public Image requestDelete(Tx tx, Caller caller, ImageId id) throws InterruptedException {
        Image image = changeable(tx, caller, id);
        requirePossible(image, ImageCommand.REQUEST_DELETE);
        images.requestDelete(tx, id);
        return images.find(tx, id).orElseThrow();
    }

    /** Takes a request for deletion back. */
    Image recover(Tx tx, Caller caller, ImageId id) throws InterruptedException {
        Image image = changeable(tx, caller, id);
        requirePossible(image, ImageCommand.RECOVER);
        if (!images.wasActive(tx, id)) {
            throw new ProblemException(
                    ErrorCode.IMAGE_INVALID_STATE,
                    "Image " + id + " could not be used when its deletion was requested, so it is not taken back.");
        }
        return move(tx, image, ImageCommand.RECOVER);
    }

    /** The same as {@link #delete}, for those who may. */
    public Image deleteAsOperator(Tx tx, Caller caller, ImageId id) throws InterruptedException {
        if (!runsTheCluster(caller)) {
            throw new ProblemException(
                    ErrorCode.IMAGE_PERMISSION_DENIED,
                    "Image " + id + " is deleted for good by the nightly expunge, an operator or an admin.");
        }
        return delete(tx, caller, id);
    }

    /** @throws ProblemException {@link ErrorCode#IMAGE_IN_USE} while a capsule is being made from it */
    Image delete(Tx tx, Caller caller, ImageId id) throws InterruptedException {
        Image image = locked(tx, caller, id);
        requirePossible(image, ImageCommand.DELETE);
        if (images.isBeingCopied(tx, id)) {
            throw new ProblemException(
                    ErrorCode.IMAGE_IN_USE,
                    "A capsule is being made from image " + id
                            + "; delete it again in a moment, or leave it to the expunge.");
        }
        return move(tx, image, ImageCommand.DELETE);
    }

    /** What an expunge did. */
    record Expunged(List<ImageId> deleted, List<ImageId> waiting) {}

    /** Deletes what was asked to be deleted, but for what a capsule is being made from. */
    Expunged expunge(Tx tx) throws InterruptedException {
        List<ImageId> deleted = new ArrayList<>();
        List<ImageId> waiting = new ArrayList<>();
        for (ImageId id : images.deletePending(tx)) {
            Optional<Image> image =
                    images.lock(tx, id).filter(locked -> ImageCommand.DELETE.isPossibleIn(locked.status()));
            if (image.isEmpty()) {
                continue;
            }
            if (images.isBeingCopied(tx, id)) {
                waiting.add(id);
            } else {
                move(tx, image.get(), ImageCommand.DELETE);
                deleted.add(id);
            }
        }
        return new Expunged(deleted, waiting);
    }

    /** Takes the name until the transaction ends, or says that it is another image's. */
    public static void requireFreeName(Tx tx, ImageStore images, String name) throws InterruptedException {
        images.holdName(tx, name);
        requireFree(tx, images, name);
    }

    /** Says whether the name is another image's at this moment. */
    static void requireFree(Tx tx, ImageStore images, String name) throws InterruptedException {
        if (!images.nameIsFree(tx, name)) {
            throw new ProblemException(
                    ErrorCode.IMAGE_NAME_TAKEN, "There is an image named \"" + name + "\"; choose another name.");
        }
    }

    private Image locked(Tx tx, Caller caller, ImageId id) throws InterruptedException {
        visible(tx, caller, id);
        return images.lock(tx, id).orElseThrow(() -> notFound(id));
    }

    private Image move(Tx tx, Image image, ImageCommand command) throws InterruptedException {
        images.setStatus(tx, image.id(), command.to());
        return images.find(tx, image.id()).orElseThrow();
    }

    private static void requirePossible(Image image, ImageCommand command) {
        if (!command.isPossibleIn(image.status())) {
            throw new ProblemException(
                    ErrorCode.IMAGE_INVALID_STATE,
                    "Image " + image.id() + " is " + image.status() + "; this needs "
                            + Stream.of(ImageStatus.values())
                                    .filter(command::isPossibleIn)
                                    .map(Enum::name)
                                    .collect(Collectors.joining(" or "))
                            + ".");
        }
    }

    /** @throws ProblemException when the image is for others to change */
    public static void requireMayChange(Image image, Caller caller) {
        if (!image.owner().equals(caller.guid()) && !runsTheCluster(caller)) {
            throw new ProblemException(
                    ErrorCode.IMAGE_PERMISSION_DENIED,
                    "Image " + image.id() + " is not yours; its owner, an operator or an admin may do this.");
        }
    }

    private static boolean runsTheCluster(Caller caller) {
        return caller.hasAny(TokenRole.HOST, TokenRole.OPERATOR, TokenRole.ADMIN);
    }

    private static ProblemException notFound(ImageId id) {
        return new ProblemException(
                ErrorCode.IMAGE_NOT_FOUND, "There is no image " + id + " that is public or your own.");
    }
}

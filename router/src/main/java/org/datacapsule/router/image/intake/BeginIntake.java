package org.datacapsule.router.image.intake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Optional;
import java.util.OptionalLong;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.image.Catalogue;
import org.datacapsule.router.image.ImageStore;
import org.datacapsule.router.image.source.AddressGuard;
import org.datacapsule.router.user.UserStore;

/**
 * Begins an upload or an import, in its caller's transaction: the image is there from then on, SHARE_PENDING and without
 * content; its name is taken and its owner's quota used.
 */
public final class BeginIntake {
    private final UserStore users;
    private final ImageStore images;
    private final IntakeStore intakes;
    private final Store store;
    private final AddressGuard guard;
    private final IntakeConfig config;

    BeginIntake(
            UserStore users,
            ImageStore images,
            IntakeStore intakes,
            Store store,
            AddressGuard guard,
            IntakeConfig config) {
        this.users = users;
        this.images = images;
        this.intakes = intakes;
        this.store = store;
        this.guard = guard;
        this.config = config;
    }

    /**
     * The file comes by {@link ReceiveUpload}.
     *
     * @throws ProblemException when the name is taken, the quota used up, the file too large, or no files are taken here
     */
    public Intake upload(Tx tx, Caller caller, NewIntake asked) throws InterruptedException {
        return upload(tx, caller, ImageId.random(), asked);
    }

    /** The same, of an image that is to have this id. */
    public Intake upload(Tx tx, Caller caller, ImageId id, NewIntake asked) throws InterruptedException {
        return begin(tx, caller, id, asked, Optional.empty());
    }

    /**
     * Routers fetch the file; whichever of them ends, another goes on. The file's size is what the source says.
     *
     * @throws ProblemException as for an upload, and when nothing is fetched from there
     */
    public Intake importing(Tx tx, Caller caller, NewIntake asked, URI source) throws InterruptedException {
        return importing(tx, caller, ImageId.random(), asked, source);
    }

    /** The same, of an image that is to have this id. */
    public Intake importing(Tx tx, Caller caller, ImageId id, NewIntake asked, URI source) throws InterruptedException {
        guard.requireAllowed(source);
        return begin(tx, caller, id, asked, Optional.of(source));
    }

    private Intake begin(Tx tx, Caller caller, ImageId id, NewIntake asked, Optional<URI> source)
            throws InterruptedException {
        Store.Open open = store.require();
        requireRoom(tx, open, asked.sizeBytes());
        users.seen(tx, caller);
        users.requireImage(tx, caller.guid());
        Catalogue.requireFreeName(tx, images, asked.name());
        if (images.isKnown(tx, id)
                || !intakes.insert(
                        tx,
                        id,
                        caller.guid(),
                        asked,
                        source,
                        source.isPresent() ? config.importLife() : config.uploadLife())) {
            throw new ProblemException(
                    ErrorCode.REQUEST_INVALID, "The id " + id + " is, or was, that of another image; choose another.");
        }
        images.reserve(
                tx,
                new ImageStore.Reserved(
                        id, asked.name(), asked.description(), asked.isPublic(), caller.guid(), asked.loginUserName()));
        return intakes.find(tx, id).orElseThrow();
    }

    private void requireRoom(Tx tx, Store.Open open, OptionalLong bytes) throws InterruptedException {
        long size = bytes.orElse(1);
        if (size > config.mostBytes()) {
            throw tooLarge(size, config.mostBytes());
        }
        try {
            if (size > open.depot().drafts().room() - intakes.awaitedBytes(tx)) {
                throw full();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the room for images is not known", e);
        }
    }

    static ProblemException tooLarge(long bytes, long most) {
        return new ProblemException(
                ErrorCode.IMAGE_TOO_LARGE, "The file has " + bytes + " bytes; at most " + most + " are taken.");
    }

    static ProblemException full() {
        return new ProblemException(
                ErrorCode.IMAGE_STORE_FULL,
                "There is no room for the file beside those that are on their way; try again later, or tell who runs the"
                        + " cluster.");
    }
}

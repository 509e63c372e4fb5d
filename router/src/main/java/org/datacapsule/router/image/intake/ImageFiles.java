package org.datacapsule.router.image.intake;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.FileReply;
import org.datacapsule.router.image.Catalogue;
import org.datacapsule.router.image.Image;
import org.datacapsule.router.image.ImageStatus;
import org.datacapsule.router.image.ImageStore;
import org.datacapsule.router.image.depot.ImageDepot;

/** Gives out the files of images, to whoever may see the image. */
public final class ImageFiles {
    private static final String TYPE = "application/octet-stream";

    private final Database database;
    private final Catalogue catalogue;
    private final Store store;
    private final AuditLog audit;

    ImageFiles(Database database, ImageStore images, Store store, AuditLog audit) {
        this.database = database;
        this.catalogue = new Catalogue(images);
        this.store = store;
        this.audit = audit;
    }

    void register(Endpoints endpoints) {
        endpoints.serve("getImageFile", this::get).serve("headImageFile", this::head);
    }

    private FileReply get(Call call) throws InterruptedException {
        return give(call, call.parameters().parsed("imageId", ImageId::parse));
    }

    /**
     * The file, and a row of the audit log that says who has it.
     *
     * @throws ProblemException as {@link #file} says
     */
    public FileReply give(Call call, ImageId id) throws InterruptedException {
        return database.transaction(tx -> {
            FileReply file = file(tx, call.caller(), id);
            audit.read(tx, call, Optional.empty(), "image " + id + " sha256 " + file.tag());
            return file;
        });
    }

    private FileReply head(Call call) throws InterruptedException {
        return database.read(tx -> file(tx, call.caller(), call.parameters().parsed("imageId", ImageId::parse)));
    }

    /** @throws ProblemException when the caller may not see the image, or its file is not kept */
    public FileReply file(Tx tx, Caller caller, ImageId id) throws InterruptedException {
        ImageDepot depot = store.requireDepot();
        Image image = catalogue.visible(tx, caller, id);
        if (image.status() != ImageStatus.ACTIVE && image.status() != ImageStatus.SHARE_PENDING) {
            throw new ProblemException(
                    ErrorCode.IMAGE_INVALID_STATE,
                    "Image " + id + " is " + image.status() + "; its file is not given out.");
        }
        Sha256 content = image.content().orElseThrow(() -> missing(id));
        try {
            long size = depot.size(content).orElseThrow(() -> missing(id));
            return new FileReply(TYPE, image.name() + ".qcow2", size, content.hex(), new Kept(depot, content));
        } catch (IOException e) {
            throw new UncheckedIOException("the file of image " + id + " could not be found out about", e);
        }
    }

    private static ProblemException missing(ImageId id) {
        return new ProblemException(
                ErrorCode.IMAGE_CONTENT_MISSING,
                "The file of image " + id + " is not kept here; only hosts have it, if any.");
    }

    private record Kept(ImageDepot depot, Sha256 content) implements FileReply.Content {
        @Override
        public InputStream from(long offset) throws IOException {
            return depot.read(content, offset);
        }

        @Override
        public Optional<Path> file() {
            return depot.file(content);
        }
    }
}

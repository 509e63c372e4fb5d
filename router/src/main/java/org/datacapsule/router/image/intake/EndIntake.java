package org.datacapsule.router.image.intake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.image.ImageStore;
import org.datacapsule.router.image.SpareContent;
import org.datacapsule.router.image.depot.Draft;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ends of an upload or an import: an image with content, or nothing but a row that says why not. */
public final class EndIntake {
    private static final Logger LOG = LoggerFactory.getLogger(EndIntake.class);

    private final IntakeStore intakes;
    private final ImageStore images;
    private final Store store;
    private final AuditLog audit;

    EndIntake(IntakeStore intakes, ImageStore images, Store store, AuditLog audit) {
        this.intakes = intakes;
        this.images = images;
        this.store = store;
        this.audit = audit;
    }

    /** @throws ProblemException when there is none of the caller's, or it is over */
    public Intake cancel(Tx tx, Caller caller, ImageId id) throws InterruptedException {
        Intake intake = intakes.lock(tx, id)
                .filter(found -> ShowIntakes.isOf(found, caller))
                .orElseThrow(() -> ShowIntakes.notFound(id));
        if (intake.state() == IntakeState.DONE || intake.state() == IntakeState.FAILED) {
            throw new ProblemException(
                    ErrorCode.IMAGE_UPLOAD_CONFLICT,
                    "It is " + intake.state() + " already; an image that is there is deleted by requestimagedelete.");
        }
        fail(tx, intake, Problem.of(ErrorCode.OPERATION_CANCELLED, "It was cancelled."));
        return intakes.find(tx, id).orElseThrow();
    }

    /** The row stays for a while and says why; the image, its name and its owner's share of the quota are free. */
    void fail(Tx tx, Intake intake, Problem problem) throws InterruptedException {
        intakes.failed(tx, intake.id(), problem);
        images.giveUp(tx, intake.id());
        note(tx, intake, "image " + intake.id() + " refused: " + problem.code().slug() + " " + problem.detail());
        tx.afterCommit(() -> dropDraft(intake.id()));
    }

    /** Keeps the content, and says that the image has it: not where another deletes the last image of it just now. */
    void succeed(Tx tx, Intake intake, Draft made, Sha256 content) throws InterruptedException {
        images.holdContent(tx, content);
        try {
            OptionalLong bytes = OptionalLong.of(made.size());
            store.requireDepot().keep(made, content);
            intakes.done(tx, intake.id());
            images.setContent(tx, intake.id(), content, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("the content of image " + intake.id() + " could not be kept", e);
        }
        note(tx, intake, "image " + intake.id() + " content " + content);
        tx.afterCommit(() -> dropDraft(intake.id()));
    }

    /** Drops what was brought to the store, if no image came of it, here or elsewhere. */
    void forget(Tx tx, Sha256 content) throws InterruptedException {
        SpareContent.drop(tx, images, store.requireDepot(), content);
    }

    private void note(Tx tx, Intake intake, String detail) throws InterruptedException {
        audit.noted(
                tx,
                intake.owner(),
                intake.isImport() ? "import" : "upload",
                intake.isImport() ? "importImage" : "uploadImage",
                Optional.empty(),
                detail);
    }

    /** Where this fails or does not come to be, the draft is swept later. */
    private void dropDraft(ImageId id) {
        try {
            store.requireDepot().drafts().draft(id.value()).delete();
        } catch (IOException | ProblemException e) {
            LOG.atWarn()
                    .addKeyValue("imageId", id)
                    .setCause(e)
                    .log("a draft could not be deleted and is left for the sweep");
        }
    }
}

package org.datacapsule.router.image.intake;

import java.util.List;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.TokenRole;

/** How far uploads and imports are; for who began them and for those who run the cluster. */
public final class ShowIntakes {
    private final IntakeStore intakes;

    ShowIntakes(IntakeStore intakes) {
        this.intakes = intakes;
    }

    /**
     * An upload or an import, up to a week after it ended.
     *
     * @throws ProblemException when there is none, or not for this caller
     */
    public Intake find(Tx tx, Caller caller, ImageId id) throws InterruptedException {
        return intakes.find(tx, id).filter(found -> isOf(found, caller)).orElseThrow(() -> notFound(id));
    }

    /** Why one of the caller's came to nothing, if that is what became of it. */
    public Optional<Problem> failure(Tx tx, Caller caller, ImageId id) throws InterruptedException {
        return intakes.find(tx, id).filter(found -> isOf(found, caller)).flatMap(Intake::error);
    }

    /** The caller's own, the newest first. */
    public List<Intake> own(Tx tx, Caller caller) throws InterruptedException {
        return intakes.of(tx, caller.guid());
    }

    static boolean isOf(Intake intake, Caller caller) {
        return intake.owner().equals(caller.guid()) || caller.hasAny(TokenRole.OPERATOR, TokenRole.ADMIN);
    }

    static ProblemException notFound(ImageId id) {
        return new ProblemException(
                ErrorCode.IMAGE_UPLOAD_NOT_FOUND, "There is no upload or import " + id + " of yours.");
    }
}

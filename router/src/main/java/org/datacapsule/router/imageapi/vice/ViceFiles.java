package org.datacapsule.router.imageapi.vice;

import java.util.OptionalLong;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectReply;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.image.Catalogue;
import org.datacapsule.router.image.Image;
import org.datacapsule.router.image.ImageDesk;
import org.datacapsule.router.image.intake.IntakeParts;
import org.datacapsule.router.image.intake.ReceiveUpload;

/** {@code /image/(id)/file}: the catalogue's upload and download. */
final class ViceFiles {
    private final ImageDesk desk;
    private final ViceImages images;
    private final IntakeParts intake;

    ViceFiles(ImageDesk desk, ViceImages images, IntakeParts intake) {
        this.desk = desk;
        this.images = images;
        this.intake = intake;
    }

    /** Answers when all of the file has come; whether it makes an image shows later, by {@code imported}. */
    DialectAnswer upload(DialectRequest request, Call call) throws InterruptedException {
        ImageId id = Ids.image(request);
        Image image = desk.read((tx, catalogue) -> images.seen(tx, catalogue, call.caller(), id));
        Catalogue.requireMayChange(image, call.caller());
        if (image.content().isPresent()) {
            throw new ProblemException(
                    ErrorCode.IMAGE_UPLOAD_CONFLICT,
                    "Image " + id + " has its file, which does not change; make another image.");
        }
        intake.receive()
                .receive(
                        call.caller(),
                        id,
                        ReceiveUpload.Part.whole(OptionalLong.empty()),
                        Upfile.in(
                                request.header("Content-Type").orElse(""),
                                call.body().orElseThrow().content()));
        return ViceAnswer.empty(200);
    }

    DialectReply download(DialectRequest request, Call call) throws InterruptedException {
        ImageId id = Ids.image(request);
        Image image = desk.read((tx, catalogue) -> images.seen(tx, catalogue, call.caller(), id));
        return intake.files().give(call, image.id());
    }
}

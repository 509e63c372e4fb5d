package org.datacapsule.router.imageapi.vice;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.image.Catalogue;
import org.datacapsule.router.image.Image;
import org.datacapsule.router.image.ImageDesk;
import org.datacapsule.router.image.ImageStatus;
import org.datacapsule.router.image.inspect.ImageFormat;
import org.datacapsule.router.image.intake.IntakeParts;
import org.datacapsule.router.image.intake.NewIntake;

/** {@code /images} and {@code /image/(id)}: a new image is one whose file is to be uploaded. */
final class ViceImages {
    private static final int LONGEST_TITLE = 128;

    private final ImageDesk desk;
    private final ImageExtraStore store;
    private final IntakeParts intake;

    ViceImages(ImageDesk desk, ImageExtraStore store, IntakeParts intake) {
        this.desk = desk;
        this.store = store;
        this.intake = intake;
    }

    DialectAnswer list(DialectRequest request, Call call) throws InterruptedException {
        JsonArray list = new JsonArray();
        desk.read((tx, catalogue) -> {
                    List<Image> own = catalogue.listed(tx, call.caller()).stream()
                            .filter(image -> image.owner().equals(call.caller().guid()))
                            .filter(ViceImage::isThere)
                            .toList();
                    Map<ImageId, ImageExtras> extras = store.of(tx, own);
                    return own.stream()
                            .map(image -> new ViceImage(image, extras.getOrDefault(image.id(), ImageExtras.NONE)))
                            .toList();
                })
                .forEach(image -> list.add(image.json()));
        return DialectAnswer.json(200, list.toBuffer());
    }

    DialectAnswer show(DialectRequest request, Call call) throws InterruptedException {
        ImageId id = Ids.image(request);
        JsonObject shown = desk.read((tx, catalogue) -> shown(tx, seen(tx, catalogue, call.caller(), id)));
        return DialectAnswer.json(200, shown);
    }

    DialectAnswer create(DialectRequest request, Call call) throws InterruptedException {
        Members members = Members.of(request);
        ImageExtras extras = ImageExtras.of(members);
        ImageId id = ImageId.random();
        NewIntake asked = new NewIntake(
                members.text("title", LONGEST_TITLE).orElseGet(id::toString),
                "",
                false,
                Optional.empty(),
                extras.format().map(ImageFormat::parse),
                OptionalLong.empty(),
                Optional.empty());
        return ViceAnswer.of(desk.change(call, (tx, catalogue) -> {
            intake.begin().upload(tx, call.caller(), id, asked);
            store.set(tx, id, extras);
            Image image = catalogue.visible(tx, call.caller(), id);
            return new ImageDesk.Done(new Reply(201, shown(tx, image)), "image " + id + " SHARE_PENDING");
        }));
    }

    /** All but what the service says itself is replaced; a title that is not given stays. */
    DialectAnswer update(DialectRequest request, Call call) throws InterruptedException {
        Members members = Members.of(request);
        ImageId id = new ImageId(Ids.parse(members.required("id", LONGEST_TITLE)));
        ImageExtras wanted = ImageExtras.of(members);
        Optional<String> title = members.text("title", LONGEST_TITLE);
        return ViceAnswer.of(desk.change(call, (tx, catalogue) -> {
            Image image = seen(tx, catalogue, call.caller(), id);
            Catalogue.requireMayChange(image, call.caller());
            ImageExtras now = store.of(tx, image);
            requireSameFile(wanted, new ViceImage(image, now));
            if (title.filter(name -> !name.equals(image.name())).isPresent()) {
                catalogue.update(
                        tx, call.caller(), id, new Catalogue.Description(title, Optional.empty(), Optional.empty()));
            }
            store.set(tx, id, wanted.of(now.contentType()));
            Image changed = catalogue.visible(tx, call.caller(), id);
            return new ImageDesk.Done(new Reply(201, shown(tx, changed)), "image " + id + " " + changed.status());
        }));
    }

    /** One that still waits for its file goes at once, any other when the nightly expunge comes. */
    DialectAnswer delete(DialectRequest request, Call call) throws InterruptedException {
        ImageId id = Ids.image(request);
        return ViceAnswer.empty(desk.change(call, (tx, catalogue) -> {
            Image image = seen(tx, catalogue, call.caller(), id);
            Catalogue.requireMayChange(image, call.caller());
            if (image.status() == ImageStatus.SHARE_PENDING && image.content().isEmpty()) {
                intake.end().cancel(tx, call.caller(), id);
            } else {
                if (image.status() == ImageStatus.SHARE_PENDING) {
                    // Hosts are still fetching it; the catalogue lets go only of what could be used.
                    catalogue.deploy(tx, call.caller(), id);
                }
                catalogue.requestDelete(tx, call.caller(), id);
            }
            return new ImageDesk.Done(Reply.ok(new JsonObject()), "image " + id + " DELETE_PENDING");
        }));
    }

    /**
     * An image that the caller may see and that is not deleted.
     *
     * @throws ProblemException that says why, where its file came to nothing
     */
    Image seen(Tx tx, Catalogue catalogue, Caller caller, ImageId id) throws InterruptedException {
        Optional<Problem> failure = intake.show().failure(tx, caller, id);
        if (failure.isPresent()) {
            throw new ProblemException(
                    ErrorCode.IMAGE_NOT_FOUND,
                    "There is no image " + id + " any more: " + failure.get().detail());
        }
        Image image = catalogue.visibleOrDenied(tx, caller, id);
        if (!ViceImage.isThere(image)) {
            throw new ProblemException(ErrorCode.IMAGE_NOT_FOUND, "Image " + id + " is deleted.");
        }
        return image;
    }

    private JsonObject shown(Tx tx, Image image) throws InterruptedException {
        return new ViceImage(image, store.of(tx, image)).json();
    }

    private static void requireSameFile(ImageExtras wanted, ViceImage now) {
        if (wanted.contentType().isPresent() && !wanted.contentType().equals(now.contentType())) {
            throw Parameters.invalid(
                    "contenttype",
                    "is " + now.contentType().orElse("what the first bytes of the file say") + ", and does not change");
        }
    }
}

package org.datacapsule.router.imageapi.danube;

import io.vertx.core.json.JsonArray;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.image.Catalogue;
import org.datacapsule.router.image.Image;
import org.datacapsule.router.image.ImageDesk;
import org.datacapsule.router.image.ImageStatus;

/** {@code /image} and {@code /image/(name)}. */
final class DanubeImages {
    private static final int LONGEST_ORDER = 16;

    private final ImageDesk desk;
    private final AttributeStore store;

    DanubeImages(ImageDesk desk, AttributeStore store) {
        this.desk = desk;
        this.store = store;
    }

    /** Names; whole objects where {@code full} or {@code extended} is given. */
    DialectAnswer list(DialectRequest request, Call call) throws InterruptedException {
        Given given = Given.of(request);
        boolean extended = given.flag("extended").orElse(false);
        boolean full = given.flag("full").orElse(false) || extended;
        Comparator<Image> order = order(given.text("order_by", LONGEST_ORDER).orElse("name"));
        JsonArray result = new JsonArray();
        desk.read((tx, catalogue) -> {
                    List<Image> images = catalogue.all(tx, call.caller()).stream()
                            .filter(image -> image.status() != ImageStatus.DELETED)
                            .sorted(order)
                            .toList();
                    Map<ImageId, Attributes> attributes = full ? store.of(tx, images) : Map.of();
                    return images.stream()
                            .map(image -> new DanubeImage(
                                    image, attributes.getOrDefault(image.id(), Attributes.plain(image))))
                            .toList();
                })
                .forEach(image ->
                        result.add(full ? image.json(extended) : image.image().name()));
        return Envelope.answer(Envelope.success(result));
    }

    DialectAnswer show(DialectRequest request, Call call) throws InterruptedException {
        boolean extended = Given.of(request).flag("extended").orElse(false);
        DanubeImage image = desk.read((tx, catalogue) -> {
            Image found = catalogue.visible(tx, call.caller(), request.pathValue("name"));
            return new DanubeImage(found, store.of(tx, found));
        });
        return Envelope.answer(Envelope.success(image.json(extended)));
    }

    DialectAnswer update(DialectRequest request, Call call) throws InterruptedException {
        Changes changes = Changes.of(Given.of(request));
        return Envelope.answer(desk.change(call, (tx, catalogue) -> {
            Image image = changeable(tx, catalogue, request, call);
            Attributes now = store.of(tx, image);
            Attributes then = changes.to(now);
            Attributes.requireMayBind(call.caller(), now, then);
            changes.requireOwner(image.owner());
            store.requireFree(tx, image.id(), then);
            Image changed = catalogue.update(
                    tx,
                    call.caller(),
                    image.id(),
                    new Catalogue.Description(
                            Optional.empty(),
                            changes.description(),
                            changes.access()
                                    .filter(access -> access != Visibility.DELETED)
                                    .map(access -> access == Visibility.PUBLIC)));
            store.set(tx, image.id(), then);
            if (changes.access().filter(access -> access == Visibility.DELETED).isPresent()) {
                changed = catalogue.requestDelete(tx, call.caller(), image.id());
            }
            return new ImageDesk.Done(
                    Envelope.success(new DanubeImage(changed, then).json(false)),
                    "image " + image.id() + " " + changed.status());
        }));
    }

    DialectAnswer delete(DialectRequest request, Call call) throws InterruptedException {
        Given.of(request);
        return Envelope.answer(desk.change(call, (tx, catalogue) -> {
            Image image = changeable(tx, catalogue, request, call);
            Attributes now = store.of(tx, image);
            Attributes.requireMayBind(call.caller(), now, now);
            if (catalogue.isUsed(tx, image.id())) {
                throw new ProblemException(ErrorCode.IMAGE_IN_USE, "Image is used by some VMs");
            }
            catalogue.requestDelete(tx, call.caller(), image.id());
            return new ImageDesk.Done(Envelope.success(null), "image " + image.id() + " DELETE_PENDING");
        }));
    }

    private static Image changeable(Tx tx, Catalogue catalogue, DialectRequest request, Call call)
            throws InterruptedException {
        Image named = catalogue.visible(tx, call.caller(), request.pathValue("name"));
        return catalogue.changeable(tx, call.caller(), named.id());
    }

    private static Comparator<Image> order(String by) {
        Comparator<Image> order = switch (by.startsWith("-") ? by.substring(1) : by) {
            case "name" -> Comparator.comparing(Image::name);
            case "created" -> Comparator.comparing(Image::createdAt);
            default ->
                throw Parameters.invalid("order_by", "must be name or created, with - before it to turn it round");
        };
        return by.startsWith("-") ? order.reversed() : order;
    }
}

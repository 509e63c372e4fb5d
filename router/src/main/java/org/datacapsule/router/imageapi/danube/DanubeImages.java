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
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.image.Catalogue;
import org.datacapsule.router.image.Image;
import org.datacapsule.router.image.ImageDesk;
import org.datacapsule.router.image.ImageStatus;

/** {@code /image} and {@code /image/(name)}. */
final class DanubeImages {
    private static final int LONGEST_ALIAS = 32;
    private static final int LONGEST_VERSION = 16;
    private static final int LONGEST_DESCRIPTION = 128;
    private static final int LONGEST_OWNER = 128;

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
        Comparator<Image> order = order(given.text("order_by", LONGEST_OWNER).orElse("name"));
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

    /** What a request changes; what is not given stays. */
    private record Changes(
            Optional<String> alias,
            Optional<String> version,
            Optional<Visibility> access,
            Optional<String> owner,
            Optional<String> description,
            Optional<Boolean> resize,
            Optional<Boolean> deploy,
            Optional<List<String>> tags,
            Optional<Boolean> isBound) {

        static Changes of(Given given) {
            return new Changes(
                    given.text("alias", LONGEST_ALIAS),
                    given.text("version", LONGEST_VERSION),
                    given.visibility("access"),
                    given.text("owner", LONGEST_OWNER),
                    given.text("desc", LONGEST_DESCRIPTION),
                    given.flag("resize"),
                    given.flag("deploy"),
                    given.tags("tags"),
                    given.flag("dc_bound"));
        }

        Attributes to(Attributes now) {
            return new Attributes(
                    alias.orElse(now.alias()),
                    version.orElse(now.version()),
                    resize.orElse(now.resize()),
                    deploy.orElse(now.deploy()),
                    tags.orElse(now.tags()),
                    isBound.orElse(now.isBound()));
        }
    }

    DialectAnswer update(DialectRequest request, Call call) throws InterruptedException {
        Changes changes = Changes.of(Given.of(request));
        return Envelope.answer(desk.change(call, (tx, catalogue) -> {
            Image image = changeable(tx, catalogue, request, call);
            Attributes now = store.of(tx, image);
            Attributes then = changes.to(now);
            requireMayBind(call.caller(), now, then);
            changes.owner().filter(owner -> !owner.equals(image.owner())).ifPresent(owner -> {
                throw Parameters.invalid("owner", "an image stays with its owner");
            });
            store.holdAliases(tx);
            if (!store.isFree(tx, image.id(), then.alias(), then.version())) {
                throw Parameters.invalid(
                        "alias", "This alias is already in use. Please supply a different alias or version.");
            }
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
            requireMayBind(call.caller(), now, now);
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

    /** What belongs to no datacenter, or is to belong to one or none from now on, is for admins. */
    private static void requireMayBind(Caller caller, Attributes now, Attributes then) {
        if ((!now.isBound() || !then.isBound()) && !caller.hasAny(TokenRole.ADMIN)) {
            throw new ProblemException(
                    ErrorCode.IMAGE_PERMISSION_DENIED, "Only an admin changes what has dc_bound=false.");
        }
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

package org.datacapsule.router.imageapi.nova;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.image.Catalogue;
import org.datacapsule.router.image.Image;
import org.datacapsule.router.image.ImageDesk;

/** {@code /images}: list, detail, show, delete. */
final class NovaImages {
    private final ImageDesk desk;
    private final MetadataStore metadata;

    NovaImages(ImageDesk desk, MetadataStore metadata) {
        this.desk = desk;
        this.metadata = metadata;
    }

    DialectAnswer list(DialectRequest request, Call call, NovaJson json) throws InterruptedException {
        return list(request, call, json, "images", json::brief);
    }

    DialectAnswer detail(DialectRequest request, Call call, NovaJson json) throws InterruptedException {
        return list(request, call, json, "images/detail", json::full);
    }

    DialectAnswer show(DialectRequest request, Call call, NovaJson json) throws InterruptedException {
        NovaImage image = desk.read((tx, catalogue) -> {
            Image found = catalogue.visible(tx, call.caller(), id(request));
            return present(NovaImage.of(found, metadata.of(tx, found.id())));
        });
        return DialectAnswer.json(200, new JsonObject().put("image", json.full(image)));
    }

    DialectAnswer delete(DialectRequest request, Call call) throws InterruptedException {
        desk.change(call, (tx, catalogue) -> {
            Image image = existing(tx, catalogue, request, call);
            catalogue.requestDelete(tx, call.caller(), image.id());
            return new ImageDesk.Done(new Reply(204, new JsonObject()), "image " + image.id() + " DELETE_PENDING");
        });
        return DialectAnswer.noContent();
    }

    /** The image, which the caller may change, and which is not on its way out. */
    static Image existing(Tx tx, Catalogue catalogue, DialectRequest request, Call call) throws InterruptedException {
        Image image = catalogue.changeable(tx, call.caller(), id(request));
        present(NovaImage.of(image, Map.of()));
        return image;
    }

    static NovaImage present(NovaImage image) {
        if (image.isGone()) {
            throw notFound();
        }
        return image;
    }

    /** What is no id is no image's. */
    static ImageId id(DialectRequest request) {
        try {
            return ImageId.parse(request.pathValue("id"));
        } catch (IllegalArgumentException e) {
            throw notFound();
        }
    }

    private static ProblemException notFound() {
        return new ProblemException(ErrorCode.IMAGE_NOT_FOUND, "Image not found.");
    }

    private DialectAnswer list(
            DialectRequest request, Call call, NovaJson json, String path, Function<NovaImage, JsonObject> write)
            throws InterruptedException {
        ImageQuery query = ImageQuery.of(request);
        List<NovaImage> page = query.page(desk.read((tx, catalogue) -> {
            List<Image> images = catalogue.listed(tx, call.caller());
            Map<ImageId, SortedMap<String, String>> items = metadata.of(tx, images);
            return images.stream()
                    .map(image -> NovaImage.of(image, items.getOrDefault(image.id(), new TreeMap<>())))
                    .toList();
        }));
        JsonArray images = new JsonArray();
        page.forEach(image -> images.add(write.apply(image)));
        JsonObject body = new JsonObject().put("images", images);
        if (query.isFull(page.size())) {
            String next = json.origin() + "/" + json.version() + "/" + path + "?"
                    + after(request, page.getLast().image().id());
            body.put("images_links", new JsonArray().add(NovaJson.link("next", next)));
        }
        return DialectAnswer.json(200, body);
    }

    private static String after(DialectRequest request, ImageId last) {
        StringBuilder query = new StringBuilder();
        request.query().stream()
                .filter(given -> !given.name().equals("marker"))
                .forEach(given -> query.append(encode(given.name()))
                        .append('=')
                        .append(encode(given.value()))
                        .append('&'));
        return query.append("marker=").append(last).toString();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}

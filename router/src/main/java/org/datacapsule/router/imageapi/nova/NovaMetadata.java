package org.datacapsule.router.imageapi.nova;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.image.Image;
import org.datacapsule.router.image.ImageDesk;

/** {@code /images/{id}/metadata}: an image's items, all of them or one by its key. */
final class NovaMetadata {
    private static final Pattern KEY = Pattern.compile("[a-zA-Z0-9-_:. ]{1,255}");
    private static final int LONGEST_VALUE = 255;
    private static final int MOST_ITEMS = 128;

    private final ImageDesk desk;
    private final MetadataStore store;

    NovaMetadata(ImageDesk desk, MetadataStore store) {
        this.desk = desk;
        this.store = store;
    }

    DialectAnswer list(DialectRequest request, Call call) throws InterruptedException {
        return all(shown(request, call).metadata());
    }

    DialectAnswer item(DialectRequest request, Call call) throws InterruptedException {
        String key = request.pathValue("key");
        String value = shown(request, call).metadata().get(key);
        if (value == null) {
            throw noItem(key);
        }
        return DialectAnswer.json(200, new JsonObject().put("meta", new JsonObject().put(key, value)));
    }

    /** Adds the items given to those there are. */
    DialectAnswer merge(DialectRequest request, Call call) throws InterruptedException {
        return write(request, call, (tx, image, given) -> {
            Map<String, String> merged = store.of(tx, image.id());
            merged.putAll(given);
            return merged;
        });
    }

    /** Puts the items given in the place of those there are. */
    DialectAnswer replace(DialectRequest request, Call call) throws InterruptedException {
        return write(request, call, (tx, image, given) -> given);
    }

    DialectAnswer setItem(DialectRequest request, Call call) throws InterruptedException {
        SortedMap<String, String> given = items(request, "meta");
        String key = request.pathValue("key");
        if (given.size() != 1) {
            throw Parameters.invalid("meta", "must have exactly one item");
        }
        if (!given.containsKey(key)) {
            throw Parameters.invalid("meta", "Request body and URI mismatch");
        }
        Reply reply = desk.change(call, (tx, catalogue) -> {
            Image image = NovaImages.existing(tx, catalogue, request, call);
            requireOwn(image, given);
            SortedMap<String, String> merged = store.of(tx, image.id());
            merged.putAll(given);
            requireFew(merged);
            store.set(tx, image.id(), given);
            catalogue.touch(tx, image.id());
            return new ImageDesk.Done(
                    Reply.ok(new JsonObject().put("meta", NovaJson.metadata(given))),
                    "image " + image.id() + " metadata " + key);
        });
        return DialectAnswer.json(reply.status(), reply.body());
    }

    DialectAnswer removeItem(DialectRequest request, Call call) throws InterruptedException {
        String key = request.pathValue("key");
        desk.change(call, (tx, catalogue) -> {
            Image image = NovaImages.existing(tx, catalogue, request, call);
            requireOwn(image, Map.of(key, ""));
            if (!store.remove(tx, image.id(), key)) {
                throw noItem(key);
            }
            catalogue.touch(tx, image.id());
            return new ImageDesk.Done(
                    new Reply(204, new JsonObject()), "image " + image.id() + " without metadata " + key);
        });
        return DialectAnswer.noContent();
    }

    @FunctionalInterface
    private interface Change {
        Map<String, String> to(Tx tx, Image image, SortedMap<String, String> given) throws InterruptedException;
    }

    private DialectAnswer write(DialectRequest request, Call call, Change change) throws InterruptedException {
        SortedMap<String, String> given = items(request, "metadata");
        Reply reply = desk.change(call, (tx, catalogue) -> {
            Image image = NovaImages.existing(tx, catalogue, request, call);
            requireOwn(image, given);
            given.keySet().removeAll(NovaImage.known(image).keySet());
            Map<String, String> items = change.to(tx, image, given);
            requireFew(items);
            store.clear(tx, image.id());
            store.set(tx, image.id(), items);
            catalogue.touch(tx, image.id());
            JsonObject all = NovaJson.metadata(NovaImage.of(image, items).metadata());
            return new ImageDesk.Done(
                    Reply.ok(new JsonObject().put("metadata", all)),
                    "image " + image.id() + " metadata " + items.keySet());
        });
        return DialectAnswer.json(reply.status(), reply.body());
    }

    private NovaImage shown(DialectRequest request, Call call) throws InterruptedException {
        return desk.read((tx, catalogue) -> {
            Image image = catalogue.visible(tx, call.caller(), NovaImages.id(request));
            return NovaImages.present(NovaImage.of(image, store.of(tx, image.id())));
        });
    }

    /** What the catalogue says of an image may be said after it, and nothing else. */
    private static void requireOwn(Image image, Map<String, String> given) {
        NovaImage.known(image).forEach((key, value) -> {
            if (given.containsKey(key) && !value.equals(given.get(key))) {
                throw new ProblemException(
                        ErrorCode.IMAGE_PERMISSION_DENIED, "The item " + key + " says what the image was made from.");
            }
        });
    }

    private static void requireFew(Map<String, String> items) {
        if (items.size() > MOST_ITEMS) {
            throw new ProblemException(
                    ErrorCode.QUOTA_EXCEEDED, "Image metadata limit exceeded: " + MOST_ITEMS + " items at most.");
        }
    }

    private static SortedMap<String, String> items(DialectRequest request, String name) {
        request.requireJson();
        JsonObject body = request.json();
        if (!body.fieldNames().equals(Set.of(name)) || !(body.getValue(name) instanceof JsonObject given)) {
            throw Parameters.invalid(name, "the body must be {\"" + name + "\": {key: value, …}} and nothing else");
        }
        SortedMap<String, String> items = new TreeMap<>();
        given.forEach(item -> {
            if (!KEY.matcher(item.getKey()).matches()) {
                throw Parameters.invalid(name, "a key has 1 to 255 of letters, digits, space and - _ : .");
            }
            if (!(item.getValue() instanceof String value) || value.length() > LONGEST_VALUE) {
                throw Parameters.invalid(name, "a value is text of at most " + LONGEST_VALUE + " characters");
            }
            items.put(item.getKey(), value);
        });
        return items;
    }

    private static DialectAnswer all(Map<String, String> items) {
        return DialectAnswer.json(200, new JsonObject().put("metadata", NovaJson.metadata(items)));
    }

    private static ProblemException noItem(String key) {
        return new ProblemException(ErrorCode.REQUEST_NOT_FOUND, "Invalid metadata key: the image has no " + key + ".");
    }
}

package org.datacapsule.router.image;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.user.UserStore;

/** The image section of the capsule API (seed 000, "Images"), and the expunge. */
public final class CatalogueRoutes {
    private final Database database;
    private final Idempotency idempotency;
    private final ImageStore images;
    private final Catalogue catalogue;
    private final UserStore users;
    private final AuditLog audit;

    public CatalogueRoutes(
            Database database, Idempotency idempotency, ImageStore images, UserStore users, AuditLog audit) {
        this.database = database;
        this.idempotency = idempotency;
        this.images = images;
        this.catalogue = new Catalogue(images);
        this.users = users;
        this.audit = audit;
    }

    public void register(Endpoints endpoints) {
        endpoints
                .serve("updateImage", this::update)
                .serve("activateImage", call -> change(call, Catalogue::activate))
                .serve("checkImageName", this::checkName)
                .serve("listAllImages", call -> list(call, images::visible))
                .serve("listMyImages", call -> list(call, images::own))
                .serve("listActiveImages", call -> list(call, images::usable))
                .serve("getImage", this::get)
                .serve("requestImageDelete", call -> change(call, Catalogue::requestDelete))
                .serve("deleteImage", call -> change(call, Catalogue::delete))
                .serve("expungeImages", this::expunge);
    }

    @FunctionalInterface
    private interface Change {
        Image in(Catalogue catalogue, Tx tx, Caller caller, ImageId id) throws InterruptedException;
    }

    @FunctionalInterface
    private interface Listing {
        List<Image> of(Tx tx, String user) throws InterruptedException;
    }

    private Reply update(Call call) throws InterruptedException {
        Parameters parameters = call.parameters();
        Catalogue.Description changes = new Catalogue.Description(
                parameters.optionalText("imageName"),
                parameters.optionalText("imageDescription"),
                parameters.optionalFlag("public"));
        return change(call, (rules, tx, caller, id) -> rules.update(tx, caller, id, changes));
    }

    private Reply change(Call call, Change change) throws InterruptedException {
        ImageId id = id(call);
        return idempotency.once(call, tx -> {
            users.seen(tx, call.caller());
            Image image = change.in(catalogue, tx, call.caller(), id);
            audit.done(tx, call, "image " + id + " " + image.status());
            return Reply.ok(ImageJson.seed(image));
        });
    }

    private Reply checkName(Call call) throws InterruptedException {
        String name = call.parameters().text("imageName");
        return database.read(tx -> {
            Catalogue.requireFree(tx, images, name);
            return Reply.ok(new JsonObject().put("imageName", name));
        });
    }

    private Reply list(Call call, Listing listing) throws InterruptedException {
        return database.read(
                tx -> Reply.ok(ImageJson.seed(listing.of(tx, call.caller().guid()))));
    }

    private Reply get(Call call) throws InterruptedException {
        return database.read(tx -> Reply.ok(ImageJson.seed(catalogue.visible(tx, call.caller(), id(call)))));
    }

    private Reply expunge(Call call) throws InterruptedException {
        return idempotency.once(call, tx -> {
            users.seen(tx, call.caller());
            Catalogue.Expunged expunged = catalogue.expunge(tx);
            audit.done(tx, call, "deleted " + expunged.deleted() + ", waiting " + expunged.waiting());
            return Reply.ok(
                    new JsonObject().put("deleted", ids(expunged.deleted())).put("waiting", ids(expunged.waiting())));
        });
    }

    private static JsonArray ids(List<ImageId> images) {
        JsonArray ids = new JsonArray();
        images.forEach(id -> ids.add(id.toString()));
        return ids;
    }

    private static ImageId id(Call call) {
        return call.parameters().parsed("imageId", ImageId::parse);
    }
}

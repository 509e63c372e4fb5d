package org.datacapsule.router.image;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.image.distribution.WhereImagesAre;
import org.datacapsule.router.user.UserStore;

/** /v1/images: operators register an image whose file the hosts have; users see what they may use. */
public final class ImageRoutes {
    private final Database database;
    private final Idempotency idempotency;
    private final ImageStore images;
    private final UserStore users;
    private final AuditLog audit;
    private final Catalogue catalogue;
    private final WhereImagesAre where = new WhereImagesAre();

    public ImageRoutes(Database database, Idempotency idempotency, ImageStore images, UserStore users, AuditLog audit) {
        this.database = database;
        this.idempotency = idempotency;
        this.images = images;
        this.users = users;
        this.audit = audit;
        this.catalogue = new Catalogue(images);
    }

    public void register(Endpoints endpoints) {
        endpoints
                .serve("registerImage", this::registerImage)
                .serve("listImages", this::listImages)
                .serve("showImage", this::showImage);
    }

    private Reply registerImage(Call call) throws InterruptedException {
        Parameters parameters = call.parameters();
        NewImage image = new NewImage(
                ImageId.random(),
                parameters.text("imageName"),
                parameters.optionalText("imageDescription").orElse(""),
                parameters.optionalFlag("public").orElse(false),
                call.caller().guid(),
                parameters.parsed("sha256", Sha256::new),
                parameters.optionalLong("sizeBytes"),
                parameters.optionalText("loginUserName"));
        return idempotency.once(call, tx -> {
            users.seen(tx, call.caller());
            Catalogue.requireFreeName(tx, images, image.name());
            images.insert(tx, image);
            audit.done(tx, call, "image " + image.id());
            return Reply.ok(ImageJson.v1(images.find(tx, image.id()).orElseThrow()));
        });
    }

    private Reply listImages(Call call) throws InterruptedException {
        return database.read(tx -> {
            JsonArray list = new JsonArray();
            shown(tx, images.usable(tx, call.caller().guid())).forEach(list::add);
            return Reply.ok(new JsonObject().put("images", list));
        });
    }

    private Reply showImage(Call call) throws InterruptedException {
        ImageId id = call.parameters().parsed("id", ImageId::parse);
        return database.read(tx -> {
            Image image = catalogue.visible(tx, call.caller(), id);
            return Reply.ok(shown(tx, List.of(image)).getFirst());
        });
    }

    /** With where they are. */
    private List<JsonObject> shown(Tx tx, List<Image> some) throws InterruptedException {
        List<Sha256> content =
                some.stream().map(Image::content).flatMap(Optional::stream).toList();
        Map<Sha256, JsonArray> hosts = where.of(tx, content);
        return some.stream()
                .map(image -> ImageJson.v1(image)
                        .put("hosts", image.content().map(hosts::get).orElseGet(JsonArray::new)))
                .toList();
    }
}

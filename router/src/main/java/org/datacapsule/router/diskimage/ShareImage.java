package org.datacapsule.router.diskimage;

import io.vertx.core.json.JsonObject;
import java.util.Optional;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.SnapshotId;
import org.datacapsule.router.capsule.Capsule;
import org.datacapsule.router.capsule.CapsuleCommand;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.capsule.CommandCapsule;
import org.datacapsule.router.capsule.StartOperation;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.image.Catalogue;
import org.datacapsule.router.image.ImageJson;
import org.datacapsule.router.image.ImageStore;
import org.datacapsule.router.operation.OperationConfig;
import org.datacapsule.router.snapshot.SnapshotStore;
import org.datacapsule.router.user.UserStore;

/**
 * POST /shareimage: an image of a capsule's disk (seed 000, "Share A Capsule Image"), as it is or as it was when a snapshot of it
 * was taken. The image is there from then on,
 * SHARE_PENDING: its name is taken and its owner's quota used, whatever becomes of the operation that makes its content.
 */
public final class ShareImage {
    private final Idempotency idempotency;
    private final UserStore users;
    private final CapsuleStore capsules;
    private final ImageStore images;
    private final StartOperation start;
    private final OperationConfig config;
    private final SnapshotStore snapshots = new SnapshotStore();

    public ShareImage(
            Idempotency idempotency,
            UserStore users,
            CapsuleStore capsules,
            ImageStore images,
            StartOperation start,
            OperationConfig config) {
        this.idempotency = idempotency;
        this.users = users;
        this.capsules = capsules;
        this.images = images;
        this.start = start;
        this.config = config;
    }

    public void register(Endpoints endpoints) {
        endpoints.serve("shareImage", this::share);
    }

    private Reply share(Call call) throws InterruptedException {
        Parameters parameters = call.parameters();
        CapsuleId capsule = parameters.parsed("vmid", CapsuleId::parse);
        ImageStore.Reserved image = new ImageStore.Reserved(
                ImageId.random(),
                parameters.text("imageName"),
                parameters.optionalText("imageDescription").orElse(""),
                parameters.optionalFlag("public").orElse(false),
                call.caller().guid(),
                Optional.empty(),
                Optional.of(
                        new ImageStore.Source(capsule, parameters.optionallyParsed("snapshot", SnapshotId::parse))));
        return idempotency.once(call, tx -> share(tx, call, capsule, image));
    }

    private Reply share(Tx tx, Call call, CapsuleId id, ImageStore.Reserved image) throws InterruptedException {
        Optional<SnapshotId> snapshot = image.source().flatMap(ImageStore.Source::snapshot);
        users.seen(tx, call.caller());
        Capsule capsule = capsules.lock(tx, id).orElseThrow(() -> CommandCapsule.notFound(id));
        capsules.membership(tx, id, call.caller().guid())
                .orElseThrow(() -> CommandCapsule.notFound(id))
                .require(CapsuleCommand.SHARE_IMAGE, capsule.type());
        Reply started = start.on(tx, call, capsule, OperationKind.SHARE_IMAGE, operation -> {
            users.requireImage(tx, call.caller().guid());
            Catalogue.requireFreeName(tx, images, image.name());
            if (snapshot.isPresent()) {
                snapshots.require(tx, id, snapshot.get()).requireAvailable();
                snapshots.reading(tx, snapshot.get(), operation);
            }
            images.reserve(tx, image);
            images.madeBy(tx, image.id(), operation, config.shareDeadline());
        });
        JsonObject shown = ImageJson.seed(images.find(tx, image.id()).orElseThrow());
        return Reply.ok(shown.put("operation", operation(started).toString()));
    }

    private static OperationId operation(Reply started) {
        return OperationId.parse(started.body().getString("operation"));
    }
}

package org.datacapsule.router.imageapi.vice;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.UUID;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.image.ImageDesk;

/** {@code /deploy}, {@code /deployments} and {@code /deployment/(id)}: images brought to this cluster's hosts. */
final class ViceDeployments {
    private static final int MOST = 1000;
    private static final int LONGEST = 255;

    private final ImageDesk desk;
    private final DeploymentStore store;
    private final ViceEnvironments environments;

    ViceDeployments(ImageDesk desk, DeploymentStore store, ViceEnvironments environments) {
        this.desk = desk;
        this.store = store;
        this.environments = environments;
    }

    /** The image is active from then on, and hosts fetch it. */
    DialectAnswer deploy(DialectRequest request, Call call) throws InterruptedException {
        Members members = Members.of(request);
        UUID environment = Ids.parse(members.required("environmentId", LONGEST));
        Deployment deployment = new Deployment(
                UUID.randomUUID(),
                call.caller().guid(),
                new ImageId(Ids.parse(members.required("imageid", LONGEST))),
                members.text("title", LONGEST),
                members.text("environmentReference", LONGEST));
        return ViceAnswer.of(desk.change(call, (tx, catalogue) -> {
            ViceEnvironments.requireOurs(environments.seen(tx, call.caller(), environment));
            if (store.of(tx, call.caller().guid()).size() >= MOST) {
                throw new ProblemException(
                        ErrorCode.QUOTA_EXCEEDED, "You have " + MOST + " deployments, the most there may be.");
            }
            catalogue.deploy(tx, call.caller(), deployment.image());
            store.insert(tx, deployment);
            return new ImageDesk.Done(
                    new Reply(201, deployment.json()),
                    "deployment " + deployment.id() + " of image " + deployment.image());
        }));
    }

    DialectAnswer list(DialectRequest request, Call call) throws InterruptedException {
        JsonArray list = new JsonArray();
        desk.read((tx, catalogue) -> store.of(tx, call.caller().guid())).forEach(one -> list.add(one.json()));
        return DialectAnswer.json(200, list.toBuffer());
    }

    DialectAnswer show(DialectRequest request, Call call) throws InterruptedException {
        UUID id = Ids.of(request);
        Deployment deployment = desk.read((tx, catalogue) -> own(tx, call.caller(), id));
        return DialectAnswer.json(200, deployment.json());
    }

    /** Only the note that it was asked for goes: hosts keep an image as long as it is in the catalogue. */
    DialectAnswer delete(DialectRequest request, Call call) throws InterruptedException {
        UUID id = Ids.of(request);
        return ViceAnswer.empty(desk.change(call, (tx, catalogue) -> {
            store.delete(tx, own(tx, call.caller(), id).id());
            return new ImageDesk.Done(Reply.ok(new JsonObject()), "deployment " + id + " deleted");
        }));
    }

    private Deployment own(Tx tx, Caller caller, UUID id) throws InterruptedException {
        Deployment found = store.find(tx, id)
                .orElseThrow(
                        () -> new ProblemException(ErrorCode.REQUEST_NOT_FOUND, "There is no deployment " + id + "."));
        if (!found.owner().equals(caller.guid())) {
            throw new ProblemException(ErrorCode.AUTH_FORBIDDEN, "Deployment " + id + " is not yours.");
        }
        return found;
    }
}

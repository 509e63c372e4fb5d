package org.datacapsule.router.imageapi.vice;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.image.ImageDesk;

/** {@code /environments} and {@code /environment/(id)}: descriptions that people keep, and this cluster's own. */
final class ViceEnvironments {
    private static final int MOST = 100;
    private static final int LONGEST_TITLE = 128;
    private static final int LONGEST_CREDENTIAL = 1024;

    private final ImageDesk desk;
    private final EnvironmentStore store;

    ViceEnvironments(ImageDesk desk, EnvironmentStore store) {
        this.desk = desk;
        this.store = store;
    }

    DialectAnswer list(DialectRequest request, Call call) throws InterruptedException {
        Optional<String> management = request.query("filterManagementlayer");
        Optional<String> runtime = request.query("filterRuntimetechnology");
        List<Environment> all = new ArrayList<>(List.of(Environment.OURS));
        all.addAll(desk.read((tx, catalogue) -> store.of(tx, call.caller().guid())));
        JsonArray list = new JsonArray();
        all.stream()
                .filter(one -> fits(management, one.management()) && fits(runtime, one.runtime()))
                .forEach(one -> list.add(one.json()));
        return DialectAnswer.json(200, list.toBuffer());
    }

    DialectAnswer show(DialectRequest request, Call call) throws InterruptedException {
        Environment environment = desk.read((tx, catalogue) -> seen(tx, call.caller(), Ids.of(request)));
        return DialectAnswer.json(200, environment.json());
    }

    DialectAnswer create(DialectRequest request, Call call) throws InterruptedException {
        Members members = Members.of(request);
        Environment environment = described(UUID.randomUUID(), call.caller().guid(), members);
        Optional<String> credentials = credentials(members);
        return ViceAnswer.of(desk.change(call, (tx, catalogue) -> {
            if (store.of(tx, call.caller().guid()).size() >= MOST) {
                throw new ProblemException(
                        ErrorCode.QUOTA_EXCEEDED, "You have " + MOST + " environments, the most there may be.");
            }
            store.insert(tx, environment, credentials);
            return new ImageDesk.Done(new Reply(201, environment.json()), "environment " + environment.id());
        }));
    }

    DialectAnswer update(DialectRequest request, Call call) throws InterruptedException {
        Members members = Members.of(request);
        UUID id = Ids.parse(members.required("id", LONGEST_TITLE));
        Environment environment = described(id, call.caller().guid(), members);
        Optional<String> credentials = credentials(members);
        return ViceAnswer.of(desk.change(call, (tx, catalogue) -> {
            own(tx, call.caller(), id);
            store.update(tx, environment, credentials);
            return new ImageDesk.Done(new Reply(201, environment.json()), "environment " + id);
        }));
    }

    DialectAnswer delete(DialectRequest request, Call call) throws InterruptedException {
        UUID id = Ids.of(request);
        return ViceAnswer.empty(desk.change(call, (tx, catalogue) -> {
            own(tx, call.caller(), id);
            store.delete(tx, id);
            return new ImageDesk.Done(Reply.ok(new JsonObject()), "environment " + id + " deleted");
        }));
    }

    /** One of the caller's, or this cluster. */
    Environment seen(Tx tx, Caller caller, UUID id) throws InterruptedException {
        Environment found = store.find(tx, id)
                .orElseThrow(
                        () -> new ProblemException(ErrorCode.REQUEST_NOT_FOUND, "There is no environment " + id + "."));
        if (!found.isOurs() && !found.owner().equals(caller.guid())) {
            throw new ProblemException(ErrorCode.AUTH_FORBIDDEN, "Environment " + id + " is not yours.");
        }
        return found;
    }

    private void own(Tx tx, Caller caller, UUID id) throws InterruptedException {
        if (seen(tx, caller, id).isOurs()) {
            throw new ProblemException(
                    ErrorCode.AUTH_FORBIDDEN, "Environment " + id + " is this cluster; nobody changes it here.");
        }
    }

    private static Environment described(UUID id, String owner, Members members) {
        return new Environment(
                id, owner, members.text("title", LONGEST_TITLE), Layer.runtime(members), Layer.management(members));
    }

    private static Optional<String> credentials(Members environment) {
        return environment.object("credentials").map(members -> {
            JsonObject kept = new JsonObject();
            for (String name : List.of("location", "username", "password")) {
                members.text(name, LONGEST_CREDENTIAL).ifPresent(text -> kept.put(name, text));
            }
            members.anything("specifics").ifPresent(json -> kept.put("specifics", json));
            return kept.encode();
        });
    }

    private static boolean fits(Optional<String> filter, Optional<Layer> layer) {
        return filter.isEmpty()
                || filter.get().isEmpty()
                || layer.filter(found -> found.isMeantBy(filter.get())).isPresent();
    }

    /** @throws ProblemException when an image cannot be brought there */
    static void requireOurs(Environment environment) {
        if (!environment.isOurs()) {
            throw Parameters.invalid(
                    "environmentId",
                    "images are deployed to this cluster only, which is environment " + Environment.OURS.id() + "; "
                            + environment.id() + " is another");
        }
    }
}

package org.datacapsule.campaign.simulated;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.devkit.check.Asked.Answer;
import org.datacapsule.devkit.check.ResultsSaid;
import org.datacapsule.devkit.check.ResultsSaid.Decided;
import org.datacapsule.devkit.check.ResultsSaid.Handed;

/** Guests that hand in results, a reviewer who decides on them, and owners who fetch them. */
final class Showing {
    private static final Duration TO_TRY_AGAIN = Duration.ofSeconds(2);
    private static final Duration TO_REVIEW = Duration.ofSeconds(4);
    private static final int TIMES = 3;
    /** A choice that decides; this one and the next are not divisible by three. */
    private static final int SOONEST = 82;

    private static final String TAKEN = "ok ";

    private final World world;
    private final Asking asking;
    private final List<Handed> handed = new ArrayList<>();
    private final List<Decided> decided = new ArrayList<>();
    private final List<UUID> fetched = new ArrayList<>();
    private int archives;

    Showing(World world, Asking asking) {
        this.world = world;
        this.asking = asking;
    }

    ResultsSaid said() {
        return new ResultsSaid(handed, decided, fetched);
    }

    /** Wherever the capsule's guest is, it hands something in, and tries again while nobody answers it. */
    void handIn(String capsule) {
        CapsuleId id = CapsuleId.parse(capsule);
        Archive archive = Archive.of(++archives);
        for (int time = 1; time <= TIMES; time++) {
            Optional<SimulatedMachine> home = world.machines().stream()
                    .filter(machine -> machine.host().hypervisor().all().containsKey(id))
                    .findFirst();
            if (home.isEmpty()) {
                return;
            }
            Mailbox<String> answer = new Mailbox<>();
            home.get()
                    .handIns()
                    .ifPresent(handIns -> world.time()
                            .start(
                                    home.get().process(),
                                    "hand-in",
                                    () -> handIns.take(id, archive).ifPresent(answer::put)));
            world.time().await(answer, TO_TRY_AGAIN);
            Optional<String> said = answer.content();
            if (said.isPresent()) {
                world.note("guest of " + capsule + " hands in " + archive.transfer() + ": " + said.get());
                if (said.get().startsWith(TAKEN)) {
                    handed.add(new Handed(UUID.fromString(said.get().split(" ", -1)[2]), archive.sha256()));
                    review();
                }
                return;
            }
        }
    }

    /** The reviewer decides on something, or the owner fetches what there is. */
    void decideOrFetch(String capsule, String owner, int choice) {
        if (choice % 3 == 0) {
            fetch(capsule, owner);
        } else {
            asking.ask(Asking.REVIEWER, "showreviewdata", new JsonObject())
                    .map(body -> body.getJsonArray("reviewInfo"))
                    .filter(list -> !list.isEmpty())
                    .ifPresent(list -> decide(list.getJsonObject(world.draw(list.size())), choice));
        }
    }

    /** At times somebody looks at it soon. */
    private void review() {
        if (world.draw(3) != 0) {
            world.time().pause(TO_REVIEW);
            decideOrFetch("", "", SOONEST + world.draw(2));
        }
    }

    private void decide(JsonObject result, int choice) {
        String id = result.getString("resultid");
        boolean isPending = result.getString("status").equals("Pending");
        String to = isPending ? (choice % 2 == 0 ? "Released" : "Rejected") : "Revoked";
        Asking.Said said = asking.ask(
                Asking.REVIEWER,
                "updateresult",
                new JsonObject().put("resultid", id).put("status", to).put("sha256", result.getString("sha256")),
                TIMES);
        if (!(said.answer() instanceof Answer.Refused)) {
            decided.add(new Decided(UUID.fromString(id), Asking.REVIEWER, to));
        }
    }

    private void fetch(String capsule, String owner) {
        JsonArray results = asking.ask(owner, "getvmresults", new JsonObject().put("vmid", capsule))
                .map(body -> body.getJsonArray("res"))
                .orElseGet(JsonArray::new);
        for (int i = 0; i < results.size(); i++) {
            String id = results.getJsonObject(i).getString("resultId");
            JsonObject parameters = new JsonObject().put("randomid", id);
            asking.ask(owner, "checkdownloadability", parameters);
            if (asking.ask(owner, "download", parameters).isPresent()) {
                fetched.add(UUID.fromString(id));
            }
        }
    }
}

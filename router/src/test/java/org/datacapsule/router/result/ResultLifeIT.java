package org.datacapsule.router.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.datacapsule.router.testing.ReviewDesk;
import org.datacapsule.router.testing.Seeded;
import org.datacapsule.router.testing.TarFile;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * People do whatever they like to a few results, at random, and each answer is what a model says it must be. {@code
 * -Dtest.seed} plays a failure again, {@code -Dfuzz.steps} goes on for longer.
 */
class ResultLifeIT {
    private static final int STEPS = Integer.getInteger("fuzz.steps", 150);
    private static final int NEEDED = 2;
    private static final List<String> REVIEWERS = List.of("ada", "bob", "cyd", "dee");
    private static final byte[] ARCHIVE = TarFile.small("whale,1226\n");

    private final Seeded random = Seeded.of("ResultLifeIT");
    private final List<Model> results = new ArrayList<>();
    private final Map<String, Set<String>> insiders = new java.util.HashMap<>();

    /** What there is to know of one result. */
    private static final class Model {
        private final String id;
        private final String capsule;
        private final Set<String> approved = new HashSet<>();
        private String status = "PENDING";
        private boolean linked;
        private boolean deleted;

        Model(String id, String capsule) {
            this.id = id;
            this.capsule = capsule;
        }
    }

    @Test
    void everyAnswerIsTheModels(@TempDir Path folder) throws Exception {
        try (ReviewDesk desk = new ReviewDesk(
                folder, Map.of("results.approvals", Integer.toString(NEEDED), "results.sweep", "50ms"))) {
            for (int n = 0; n < STEPS; n++) {
                if (results.size() < 3 || random.oneIn(25)) {
                    add(desk);
                }
                Model model = random.of(results);
                switch (random.below(10)) {
                    case 0, 1, 2, 3 -> decide(desk, model, "Released");
                    case 4 -> decide(desk, model, random.of(List.of("Rejected", "Revoked")));
                    case 5 -> link(desk, model);
                    case 6, 7 -> download(desk, model);
                    case 8 -> {
                        if (random.oneIn(4)) {
                            letIn(desk, model);
                        } else {
                            letLinksExpire(desk.router(), model);
                        }
                    }
                    default -> {
                        if (random.oneIn(6)) {
                            letTimePass(desk.router(), model);
                        }
                    }
                }
                assertThat(desk.status(model.id)).as("%s", random).isEqualTo(model.status);
            }
            System.out.println("became of them: "
                    + results.stream().map(model -> model.status).sorted().toList());
        }
    }

    private void add(ReviewDesk desk) throws Exception {
        String capsule = results.isEmpty() || random.oneIn(2) ? desk.capsule("ann") : random.of(results).capsule;
        insiders.computeIfAbsent(capsule, one -> new HashSet<>(Set.of("ann")));
        results.add(new Model(desk.pending(capsule, ARCHIVE), capsule));
    }

    private void decide(ReviewDesk desk, Model model, String decision) throws Exception {
        String reviewer = random.oneIn(8) ? "ann" : random.of(REVIEWERS);
        boolean insider = inside(model).contains(reviewer);
        boolean current = !random.oneIn(10);
        boolean allowed = decision.equals("Revoked") ? model.status.equals("RELEASED") : model.status.equals("PENDING");

        Answer answer = current
                ? desk.decide(reviewer, model.id, decision)
                : desk.decide(reviewer, model.id, decision, "f".repeat(64));

        String expected = "";
        if (insider) {
            expected = "result.reviewer-is-member";
        } else if (!current) {
            expected = "result.content-mismatch";
        } else if (!allowed) {
            expected = "result.not-pending";
        }
        assertThat(answer.code()).as("%s: %s by %s", random, decision, reviewer).isEqualTo(expected);
        if (expected.isEmpty()) {
            decided(model, reviewer, decision);
        }
    }

    private void decided(Model model, String reviewer, String decision) {
        switch (decision) {
            case "Rejected" -> model.status = "REJECTED";
            case "Revoked" -> {
                model.status = "REVOKED";
                model.linked = false;
            }
            default -> {
                model.approved.add(reviewer);
                Set<String> counted = new HashSet<>(model.approved);
                counted.removeAll(inside(model));
                if (counted.size() >= NEEDED) {
                    model.status = "RELEASED";
                    model.linked = true;
                }
            }
        }
    }

    private void link(ReviewDesk desk, Model model) throws Exception {
        String code = desk.link("ann", model.id).code();

        assertThat(code).as("%s", random).isEqualTo(whyNot(model));
        model.linked |= code.isEmpty();
    }

    private void download(ReviewDesk desk, Model model) throws Exception {
        var download = desk.download("ann", model.id);

        String why = whyNot(model);
        String expected = why.isEmpty() && !model.linked ? "result.link-expired" : why;
        assertThat(new String(download.body(), java.nio.charset.StandardCharsets.UTF_8))
                .as("%s", random)
                .contains(expected);
        if (expected.isEmpty()) {
            assertThat(download.body()).as("%s", random).isEqualTo(ARCHIVE);
        }
    }

    private static String whyNot(Model model) {
        if (!model.status.equals("RELEASED")) {
            return "result.not-released";
        }
        return model.deleted ? "result.content-deleted" : "";
    }

    private void letIn(ReviewDesk desk, Model model) throws Exception {
        String reviewer = random.of(REVIEWERS);
        desk.router().execute("""
                insert into users (guid) values ('%2$s') on conflict do nothing;
                insert into member (capsule_id, user_guid, role, tou) values ('%1$s', '%2$s', 'SHAREE', false)
                    on conflict do nothing;
                """.formatted(model.capsule, reviewer));
        inside(model).add(reviewer);
        if (random.oneIn(2)) {
            desk.router()
                    .execute("delete from member where capsule_id = '%s' and user_guid = '%s'"
                            .formatted(model.capsule, reviewer));
        }
    }

    private static void letLinksExpire(TestRouter router, Model model) throws Exception {
        router.execute(
                "update result_link set expires_at = now() - interval '1 second' where result_id = '" + model.id + "'");
        model.linked = false;
    }

    private static void letTimePass(TestRouter router, Model model) throws Exception {
        if (model.status.equals("PENDING")) {
            return;
        }
        router.execute("update result set decided_at = decided_at - interval '600 days' where id = '" + model.id + "'");
        router.awaitSql("select content_deleted_at is not null from result where id = '" + model.id + "'", "t");
        model.deleted = true;
        model.linked = false;
    }

    private Set<String> inside(Model model) {
        return insiders.getOrDefault(model.capsule, Set.of());
    }
}

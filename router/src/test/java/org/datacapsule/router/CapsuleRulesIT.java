package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.datacapsule.common.capsule.CapsuleState;
import org.datacapsule.router.testing.CapsuleRows;
import org.datacapsule.router.testing.CapsuleRows.Row;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command by every role in every state, over HTTP, against a table written by hand; the table is published as
 * docs/capsule-rules.md, which {@code -Dcapsule-rules.write=true} writes anew.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CapsuleRulesIT {
    private static final Path PUBLISHED = Path.of("../docs/capsule-rules.md");
    private static final List<String> ROLES = List.of("OWNER-CONTROLLER", "OWNER", "CONTROLLER", "SHAREE");
    private static final String SETTLED = "SHUTDOWN, RUNNING in MAINTENANCE, RUNNING in SECURE";
    private static final String ANY = "any";
    private static final String SETTLED_NOT_SECURE = "SHUTDOWN, RUNNING in MAINTENANCE";

    /** Who may, and when. */
    private record Rule(String command, String roles, String states) {
        boolean isFor(String role) {
            return List.of(roles.split(", ", -1)).contains(role);
        }

        boolean isWhen(String status) {
            return switch (states) {
                case ANY -> true;
                case "any but DELETE_PENDING" -> !status.startsWith("DELETE_PENDING");
                default -> List.of(states.split(", ", -1)).contains(status);
            };
        }
    }

    private static final List<Rule> RULES = List.of(
            new Rule("launchvm", "OWNER-CONTROLLER, CONTROLLER", "SHUTDOWN"),
            new Rule("switchvm mode=secure", "OWNER-CONTROLLER, CONTROLLER", "RUNNING in MAINTENANCE"),
            new Rule("switchvm mode=maintenance", "OWNER-CONTROLLER, CONTROLLER", "RUNNING in SECURE"),
            new Rule("stopvm", "OWNER-CONTROLLER, CONTROLLER", "RUNNING in MAINTENANCE, RUNNING in SECURE"),
            new Rule("deletevm", "OWNER-CONTROLLER, OWNER", "any but DELETE_PENDING"),
            new Rule("v1/capsules/{id}/extend", "OWNER-CONTROLLER, OWNER", "any but DELETE_PENDING"),
            new Rule("updatevm", "OWNER-CONTROLLER, OWNER", SETTLED),
            new Rule("shareimage", "OWNER-CONTROLLER, OWNER", "SHUTDOWN"),
            new Rule("v1/capsules/{id}/snapshots", "OWNER-CONTROLLER, OWNER, CONTROLLER", "SHUTDOWN"),
            new Rule("addsharees", "OWNER-CONTROLLER, OWNER", SETTLED_NOT_SECURE),
            new Rule("deletesharees", "OWNER-CONTROLLER, OWNER", SETTLED),
            new Rule("managecontroller", "OWNER-CONTROLLER, OWNER, CONTROLLER", SETTLED),
            new Rule("exitsharee", "SHAREE", SETTLED),
            new Rule("addsupportuser", "OWNER-CONTROLLER, OWNER, CONTROLLER, SHAREE", SETTLED_NOT_SECURE),
            new Rule("getvmresults", "OWNER-CONTROLLER, OWNER, CONTROLLER, SHAREE", ANY));

    private TestRouter router;
    private CapsuleRows rows;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        router = TestRouter.start(directory, Map.of("sharing.support-user.guid", "support"));
        rows = new CapsuleRows(router);
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
    }

    @Test
    void everyCommandByEveryRoleInEveryStateDoesWhatTheTableSays() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (String status : statuses()) {
            for (Rule rule : RULES) {
                for (String role : ROLES) {
                    String expected = expected(rule, role, status);
                    String answered = answered(rule.command(), role, status);
                    if (!answered.equals(expected)) {
                        wrong.add(rule.command() + " by " + role + " while " + status + ": " + answered + " instead of "
                                + expected);
                    }
                }
                String stranger = answered(rule.command(), "stranger", status);
                if (!stranger.equals("capsule.not-found")) {
                    wrong.add(rule.command() + " by a stranger while " + status + ": " + stranger);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void withoutTermsOrFullAccessNoCommandIsTakenButLeaving() throws Exception {
        for (Rule rule : RULES) {
            for (String role : ROLES) {
                String noTerms = send(
                        rule.command(),
                        role,
                        rows.insert(
                                "RESEARCH",
                                "null",
                                "SHUTDOWN",
                                "NOT_DEFINED",
                                members(role, new Row(role, false, "null"))));
                assertThat(noTerms)
                        .as(rule.command() + " by " + role)
                        .isEqualTo(withoutAccess(rule, role, "capsule.tou-not-accepted"));
                String pending = send(
                        rule.command(),
                        role,
                        rows.insert(
                                "RESEARCH-FULL",
                                "true",
                                "SHUTDOWN",
                                "NOT_DEFINED",
                                members(role, new Row(role, true, "false"))));
                assertThat(pending)
                        .as(rule.command() + " by " + role)
                        .isEqualTo(withoutAccess(rule, role, "capsule.full-access-required"));
            }
        }
    }

    @Test
    void theTableIsPublished() throws Exception {
        if (Boolean.getBoolean("capsule-rules.write")) {
            Files.writeString(PUBLISHED, page());
        }
        assertThat(Files.readString(PUBLISHED))
                .as("write it anew with -Dcapsule-rules.write=true")
                .isEqualTo(page());
    }

    private static String withoutAccess(Rule rule, String role, String refusal) {
        return rule.command().equals("exitsharee") ? expected(rule, role, "SHUTDOWN") : refusal;
    }

    private static String expected(Rule rule, String role, String status) {
        if (!rule.isFor(role)) {
            return "capsule.permission-denied";
        }
        return rule.isWhen(status) ? "200" : "capsule.invalid-state";
    }

    private String answered(String command, String role, String status) throws Exception {
        List<String> stateAndMode = List.of(status.split(" in ", -1));
        String mode = stateAndMode.size() == 1 ? "NOT_DEFINED" : stateAndMode.get(1);
        String id = rows.insert("RESEARCH", "null", stateAndMode.getFirst(), mode, members(role, Row.of(role)));
        return send(command, role, id);
    }

    private String send(String command, String role, String id) throws Exception {
        String caller = router.token(role.toLowerCase(Locale.ROOT));
        if (command.equals("getvmresults")) {
            Answer answer = router.get("/getvmresults?vmid=" + id, caller);
            return answer.status() == 200 ? "200" : answer.code();
        }
        Map<String, String> form = new LinkedHashMap<>(Map.of("vmId", id));
        switch (command) {
            case "updatevm" -> form.put("title", "Another title");
            case "shareimage" -> form.put("imageName", "image-of-" + id);
            case "v1/capsules/{id}/snapshots" -> form.put("name", "before");
            case "addsharees" -> form.put("sharees", "[{giud:'erin',email:'erin@example.org'}]");
            case "deletesharees" -> form.put("sharees", "sam");
            case "managecontroller" -> {
                form.put("action", role.equals("OWNER") ? "REVOKE" : "DELEGATE");
                form.put("controller", role.equals("OWNER") ? "carl" : "sam");
            }
            case "switchvm mode=secure" -> form.put("mode", "SECURE");
            case "switchvm mode=maintenance" -> form.put("mode", "maintenance");
            default -> {}
        }
        String path = "/" + command.replaceFirst(" .*", "").replace("{id}", id);
        Answer answer = router.post(path, caller, form);
        return answer.status() == 200 ? "200" : answer.code();
    }

    /** A capsule with every role there can be beside the caller's, and sam, who is always a sharee. */
    private static Map<String, Row> members(String role, Row caller) {
        Map<String, Row> members = new LinkedHashMap<>();
        members.put("sam", new Row("SHAREE", true, caller.fullAccess().equals("null") ? "null" : "true"));
        switch (role) {
            case "OWNER-CONTROLLER" -> {}
            case "OWNER" -> members.put("carl", Row.of("CONTROLLER"));
            case "CONTROLLER" -> members.put("olga", Row.of("OWNER"));
            default -> members.put("olga", Row.of("OWNER-CONTROLLER"));
        }
        if (!role.equals("stranger")) {
            members.put(role.toLowerCase(Locale.ROOT), caller);
        }
        return members;
    }

    /** Every status a capsule that is not deleted can be in. */
    private static List<String> statuses() {
        return Stream.of(CapsuleState.values())
                .filter(state -> state != CapsuleState.DELETED)
                .flatMap(state -> switch (state) {
                    case RUNNING -> Stream.of("RUNNING in MAINTENANCE", "RUNNING in SECURE");
                    case SWITCH_TO_MAINTENANCE_PENDING -> Stream.of(state + " in SECURE");
                    case SWITCH_TO_SECURE_PENDING -> Stream.of(state + " in MAINTENANCE");
                    case SHUTDOWN_PENDING -> Stream.of(state + " in MAINTENANCE", state + " in SECURE");
                    case MIGRATE_PENDING, DELETE_PENDING ->
                        Stream.of(state.name(), state + " in MAINTENANCE", state + " in SECURE");
                    default -> Stream.of(state.name());
                })
                .toList();
    }

    private static String page() {
        String roles = RULES.stream()
                .map(rule -> "| `" + rule.command() + "` | "
                        + ROLES.stream()
                                .map(role -> rule.isFor(role) ? "yes" : "")
                                .collect(Collectors.joining(" | "))
                        + " |")
                .collect(Collectors.joining("\n"));
        String states = statuses().stream()
                .map(status -> "| " + status + " | "
                        + RULES.stream()
                                .map(rule -> rule.isWhen(status) ? "yes" : "")
                                .collect(Collectors.joining(" | "))
                        + " |")
                .collect(Collectors.joining("\n"));
        String commands = RULES.stream().map(rule -> "`" + rule.command() + "`").collect(Collectors.joining(" | "));
        return """
                # Who may do what to a capsule, and when

                Written by `CapsuleRulesIT`, which sends every command as every role in every state to a router and fails
                when an answer, or this page, differs from the table.

                A command is checked in this order; the first that does not hold is the answer:

                1. The caller has a role on the capsule, or it is `capsule.not-found`.
                2. The caller has accepted the capsule's terms of use, or it is `capsule.tou-not-accepted`.
                3. On a RESEARCH-FULL capsule the caller holds full access, or it is `capsule.full-access-required`.
                4. The role may give the command, or it is `capsule.permission-denied`.
                5. The capsule's state allows it, or it is `capsule.invalid-state`.
                6. What the command itself demands; its codes are in the OpenAPI document.

                `show` is for every role, and says less to one of whom 2 or 3 does not hold. `exitsharee` needs neither 2
                nor 3: nobody is kept on a capsule against their will. `updateusertou` is for every role in every state. A
                full-access request is decided (`updatevm`) by a reviewer or admin without a role on the capsule, in the
                states of `updatevm`. Results are for who may `getvmresults`, also once the capsule is DELETED:
                `getresultinfo`, `checkdownloadability`, `download`. They are decided (`updateresult`) by a reviewer or
                admin who never had a role on the capsule.

                ## Roles

                | command | %s |
                |---%s|
                %s

                ## States

                | state | %s |
                |---%s|
                %s

                ## Control

                | `managecontroller` | caller | other | become |
                |---|---|---|---|
                | DELEGATE | OWNER-CONTROLLER | SHAREE | OWNER, CONTROLLER |
                | DELEGATE | CONTROLLER | SHAREE | SHAREE, CONTROLLER |
                | DELEGATE | CONTROLLER | OWNER | SHAREE, OWNER-CONTROLLER |
                | REVOKE | OWNER | CONTROLLER | OWNER-CONTROLLER, SHAREE |

                Every other pair is `sharing.invalid-transition`. Who gets control must have accepted the terms of use, and hold
                full access where the capsule does.
                """.formatted(
                        String.join(" | ", ROLES),
                        "|---".repeat(ROLES.size()),
                        roles,
                        commands,
                        "|---".repeat(RULES.size()),
                        states);
    }
}

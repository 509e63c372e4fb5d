package org.datacapsule.campaign.simulated;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.datacapsule.agent.step.Abandoned;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.devkit.check.Asked;
import org.datacapsule.devkit.check.Asked.Answer;
import org.datacapsule.router.database.DatabaseUnavailableException;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.http.Success;
import org.datacapsule.router.http.TokenRole;

/** How people ask routers: a command is sent again with its key when no answer came. All that was asked is kept. */
final class Asking {
    static final String OPERATOR = "operator";
    static final String REVIEWER = "rev";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int TIMES = 4;
    /** What answers lists of operations that have begun under. */
    private static final List<String> LISTS = List.of("moving", "evacuating");

    private final World world;
    private final List<Asked> asked = new ArrayList<>();
    private int number;

    Asking(World world) {
        this.world = world;
    }

    List<Asked> asked() {
        return asked;
    }

    /** How many were asked so far. */
    int number() {
        return number;
    }

    /** What was answered. */
    record Said(Answer answer, Optional<JsonObject> body) {}

    /** Asks until there is an answer, or one has had enough; empty when it was refused or nobody knows. */
    Optional<JsonObject> ask(String user, String verb, JsonObject parameters) {
        return ask(user, verb, parameters, TIMES).body();
    }

    /** The same with so many tries at most. */
    Said ask(String user, String verb, JsonObject parameters, int times) {
        String key = "key-" + ++number;
        Answer answer = new Answer.Unknown();
        Optional<JsonObject> body = Optional.empty();
        int attempt = 0;
        while (attempt < times && answer instanceof Answer.Unknown) {
            attempt++;
            Mailbox<Object> mailbox = new Mailbox<>();
            SimulatedRouter router = world.anyRouter();
            if (router.isUp()) {
                Call call = call(user, verb, parameters, key, key + "." + attempt);
                world.time().start(router.process(), "request " + verb, () -> handle(router, call, mailbox));
            }
            world.time().await(mailbox, router.isUp() ? PATIENCE : Duration.ofSeconds(1));
            answer = mailbox.content().map(Asking::answer).orElseGet(Answer.Unknown::new);
            body = mailbox.content().filter(JsonObject.class::isInstance).map(JsonObject.class::cast);
            if (answer instanceof Answer.Unknown && world.draw(3) == 0) {
                break;
            }
        }
        world.note(user + " " + verb + " " + parameters.encode() + " " + answer);
        asked.add(new Asked(key, user, verb, attempt, answer));
        return new Said(answer, body);
    }

    private void handle(SimulatedRouter router, Call call, Mailbox<Object> mailbox) {
        Object answer;
        try {
            Success success = router.handle(call);
            answer = success instanceof Reply reply ? reply.body() : new JsonObject();
        } catch (ProblemException e) {
            answer = e.problem().code().slug();
        } catch (DatabaseUnavailableException e) {
            answer = "";
        } catch (Abandoned e) {
            throw e;
        }
        Object written = answer;
        world.time().after(world.time().between(0, 5), () -> {
            if (router.isUp() || world.draw(2) == 0) {
                mailbox.put(written);
            }
        });
    }

    private static Call call(String user, String verb, JsonObject parameters, String key, String request) {
        Set<TokenRole> roles = switch (user) {
            case OPERATOR -> Set.of(TokenRole.OPERATOR, TokenRole.ADMIN);
            case REVIEWER -> Set.of(TokenRole.REVIEWER);
            default -> Set.of();
        };
        return new Call(
                verb,
                new Caller(user, Optional.of(user + "@example.org"), Optional.of(user), roles),
                new Parameters(parameters.copy()),
                request,
                "127.0.0.1",
                Optional.of(key));
    }

    private static Answer answer(Object content) {
        if (content instanceof JsonObject body) {
            List<UUID> begun = begun(body);
            return begun.isEmpty() ? new Answer.Done() : new Answer.Began(begun);
        }
        String code = String.valueOf(content);
        return code.isEmpty() ? new Answer.Unknown() : new Answer.Refused(code);
    }

    /** Pushes of keys are listed too; those are nobody's command. */
    private static List<UUID> begun(JsonObject body) {
        List<UUID> begun = new ArrayList<>();
        if (body.getValue("operation") instanceof String operation) {
            begun.add(UUID.fromString(operation));
        }
        for (String list : LISTS) {
            if (body.containsKey(list)) {
                for (Object one : body.getJsonArray(list)) {
                    begun.add(UUID.fromString(((JsonObject) one).getString("operation")));
                }
            }
        }
        return begun;
    }

    /** How often each verb was answered in which way. */
    Map<String, Integer> counts() {
        Map<String, Integer> counts = new HashMap<>();
        for (Asked one : asked) {
            counts.merge(one.verb() + " " + one.answer().getClass().getSimpleName(), 1, Integer::sum);
        }
        return counts;
    }
}

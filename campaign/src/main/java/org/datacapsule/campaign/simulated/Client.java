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
import org.datacapsule.campaign.check.Asked;
import org.datacapsule.campaign.check.Asked.Answer;
import org.datacapsule.campaign.simulated.Happening.What;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.database.DatabaseUnavailableException;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.http.Success;
import org.datacapsule.router.http.TokenRole;

/** All users: they give commands, most of which make sense, and send one again with its key when no answer came. */
final class Client {
    static final String OPERATOR = "operator";
    private static final List<String> USERS = List.of("ada", "bob", "cyd");
    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g ";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int TIMES = 4;

    private final World world;
    private final Life process;
    private final List<Asked> asked = new ArrayList<>();
    private final List<Owned> capsules = new ArrayList<>();
    private final List<String> migrations = new ArrayList<>();
    private String image = "";
    private int number;

    /** A capsule as its users know it. */
    private static final class Owned {
        private final String id;
        private final String owner;
        private String last = "createvm";

        Owned(String id, String owner) {
            this.id = id;
            this.owner = owner;
        }
    }

    Client(World world) {
        this.world = world;
        this.process = new Life(world.time(), "users");
    }

    List<Asked> asked() {
        return asked;
    }

    void registerImage() {
        world.time().start(process, "image", () -> {
            Optional<JsonObject> answer = ask(
                    OPERATOR,
                    "registerImage",
                    new JsonObject()
                            .put("imageName", "small")
                            .put("public", true)
                            .put("sha256", SimulatedMachine.IMAGE.hex()));
            image = answer.orElseThrow().getString("imageId");
        });
    }

    void give(What.Command command) {
        world.time().start(process, "command", () -> choose(command));
    }

    private void choose(What.Command command) {
        String user = USERS.get(command.user() % USERS.size());
        int choice = command.choice();
        if (capsules.isEmpty() || choice < 12) {
            create(user);
            return;
        }
        Owned capsule = capsules.get(command.capsule() % capsules.size());
        String host = world.machine(command.host()).name();
        if (choice < 58) {
            sensible(capsule, choice, host);
        } else if (choice < 64) {
            on(capsule, "launchvm");
        } else if (choice < 68) {
            on(capsule, "stopvm");
        } else if (choice < 73) {
            on(capsule, "deletevm");
        } else if (choice < 83) {
            migrate(capsule, host);
        } else if (choice < 87) {
            cancel(command.capsule());
        } else if (choice < 89) {
            ask(OPERATOR, "drainHost", new JsonObject().put("id", host));
        } else if (choice < 92) {
            ask(OPERATOR, "setHost", new JsonObject().put("id", host).put("enabled", true));
        } else if (choice < 95) {
            ask(OPERATOR, "recoverCapsule", new JsonObject().put("id", capsule.id));
        } else if (choice < 98) {
            share(capsule, user);
        } else {
            ask(user, "setUserKey", new JsonObject().put("pubkey", KEY + user + number));
        }
    }

    /** What one would do next. */
    private void sensible(Owned capsule, int choice, String host) {
        switch (capsule.last) {
            case "launchvm", "switchvm maintenance" -> {
                if (choice < 35) {
                    switchTo(capsule, "secure");
                } else if (choice < 48) {
                    migrate(capsule, host);
                } else {
                    on(capsule, "stopvm");
                }
            }
            case "switchvm secure" -> {
                if (choice < 40) {
                    switchTo(capsule, "maintenance");
                } else {
                    on(capsule, "stopvm");
                }
            }
            default -> on(capsule, "launchvm");
        }
    }

    private void create(String user) {
        ask(
                        user,
                        "createvm",
                        new JsonObject()
                                .put("imageid", image)
                                .put("loginusername", user)
                                .put("loginpassword", "not-a-secret")
                                .put("vcpu", 1)
                                .put("memory", 1024))
                .ifPresent(body -> capsules.add(new Owned(body.getString("vmid"), user)));
    }

    private void on(Owned capsule, String verb) {
        ask(capsule.owner, verb, new JsonObject().put("vmid", capsule.id)).ifPresent(body -> {
            capsule.last = verb;
            // Some do not know yet that it is gone.
            if (verb.equals("deletevm") && world.draw(8) != 0) {
                capsules.remove(capsule);
            }
        });
    }

    private void switchTo(Owned capsule, String mode) {
        ask(capsule.owner, "switchvm", new JsonObject().put("vmid", capsule.id).put("mode", mode))
                .ifPresent(body -> capsule.last = "switchvm " + mode);
    }

    private void migrate(Owned capsule, String host) {
        ask(OPERATOR, "migratevm", new JsonObject().put("vmid", capsule.id).put("host", host))
                .ifPresent(body -> migrations.add(body.getString("operation")));
    }

    private void cancel(int which) {
        if (!migrations.isEmpty()) {
            String id = migrations.get(migrations.size() - 1 - which % Math.min(2, migrations.size()));
            ask(OPERATOR, "cancelMigration", new JsonObject().put("id", id));
        }
    }

    private void share(Owned capsule, String with) {
        if (with.equals(capsule.owner)) {
            return;
        }
        String sharees = "[{\"guid\":\"" + with + "\",\"email\":\"" + with + "@example.org\"}]";
        ask(
                capsule.owner,
                "addsharees",
                new JsonObject().put("vmid", capsule.id).put("sharees", sharees));
        ask(with, "updateUserTou", new JsonObject().put("vmid", capsule.id).put("tou", true));
    }

    /** Asks until there is an answer, or one has had enough; empty when it was refused or nobody knows. */
    private Optional<JsonObject> ask(String user, String verb, JsonObject parameters) {
        String key = "key-" + ++number;
        Answer answer = new Answer.Unknown();
        Optional<JsonObject> body = Optional.empty();
        for (int attempt = 1; attempt <= TIMES && answer instanceof Answer.Unknown; attempt++) {
            Mailbox<Object> mailbox = new Mailbox<>();
            SimulatedRouter router = world.anyRouter();
            if (router.isUp()) {
                Call call = call(user, verb, parameters, key, key + "." + attempt);
                world.time().start(router.process(), "request " + verb, () -> handle(router, call, mailbox));
            }
            world.time().await(mailbox, router.isUp() ? PATIENCE : Duration.ofSeconds(1));
            answer = mailbox.content().map(Client::answer).orElseGet(Answer.Unknown::new);
            body = mailbox.content().filter(JsonObject.class::isInstance).map(JsonObject.class::cast);
            if (answer instanceof Answer.Unknown && world.draw(3) == 0) {
                break;
            }
        }
        world.note(user + " " + verb + " " + parameters.encode() + " " + answer);
        asked.add(new Asked(key, user, verb, answer));
        return body;
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
        Set<TokenRole> roles = user.equals(OPERATOR) ? Set.of(TokenRole.OPERATOR, TokenRole.ADMIN) : Set.of();
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
        if (body.containsKey("moving")) {
            for (int i = 0; i < body.getJsonArray("moving").size(); i++) {
                begun.add(UUID.fromString(
                        body.getJsonArray("moving").getJsonObject(i).getString("operation")));
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

package org.datacapsule.campaign.simulated;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.datacapsule.campaign.simulated.Happening.What;
import org.datacapsule.devkit.check.QuotaSaid;
import org.datacapsule.devkit.check.ResultsSaid;
import org.datacapsule.devkit.check.Use;

/** All users: they give commands, most of which make sense, and send one again with its key when no answer came. */
final class Client {
    private static final String OPERATOR = Asking.OPERATOR;
    private static final List<String> USERS = List.of("ada", "bob", "cyd");
    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g ";

    private final World world;
    private final Life process;
    private final Asking asking;
    private final Showing results;
    private final ByHand byHand;
    private final DeadHosts deadHosts;
    private final List<Owned> capsules = new ArrayList<>();
    private final List<String> migrations = new ArrayList<>();
    private String image = "";

    /** A capsule as its users know it. */
    private static final class Owned {
        private final String id;
        private final String owner;
        private final List<String> snapshots = new ArrayList<>();
        private String last = "createvm";

        Owned(String id, String owner) {
            this.id = id;
            this.owner = owner;
        }
    }

    Client(World world) {
        this.world = world;
        this.process = new Life(world.time(), "users");
        this.asking = new Asking(world);
        this.results = new Showing(world, asking);
        this.byHand = new ByHand(world, asking);
        this.deadHosts = new DeadHosts(world, asking);
    }

    Asking asking() {
        return asking;
    }

    /** What came of results. */
    ResultsSaid results() {
        return results.said();
    }

    /** What each user is told of the quota; asked while nothing else goes on. */
    List<QuotaSaid> quotas() {
        List<QuotaSaid> said = new ArrayList<>();
        for (String user : USERS) {
            world.time()
                    .start(
                            process,
                            "quota",
                            () -> asking.ask(OPERATOR, "getQuota", new JsonObject().put("guid", user))
                                    .ifPresent(body -> said.add(new QuotaSaid(
                                            user,
                                            new Use(
                                                    body.getInteger("vcpus"),
                                                    body.getInteger("memoryMb"),
                                                    body.getInteger("diskGb")),
                                            new Use(
                                                    body.getInteger("usedVcpus"),
                                                    body.getInteger("usedMemoryMb"),
                                                    body.getInteger("usedDiskGb"))))));
        }
        return said;
    }

    private Optional<JsonObject> ask(String user, String verb, JsonObject parameters) {
        return asking.ask(user, verb, parameters);
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

    /** The operator has heard that a host is gone. */
    void fence(What.Fence fence) {
        world.time()
                .start(
                        process,
                        "fence",
                        () -> deadHosts.fence(world.machine(fence.host()), fence.isStated(), fence.anew()));
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
        if (choice < 50) {
            sensible(capsule, choice, host);
        } else if (choice < 54) {
            on(capsule, "launchvm");
        } else if (choice < 58) {
            on(capsule, "stopvm");
        } else if (choice < 63) {
            on(capsule, "deletevm");
        } else if (choice < 71) {
            migrate(capsule, host);
        } else if (choice < 75) {
            cancel(command.capsule());
        } else if (choice < 79) {
            byHand.move(capsule.id, world.machine(command.host()));
        } else if (choice < 85) {
            results.decideOrFetch(capsule.id, capsule.owner, choice);
        } else if (choice < 87) {
            setQuota(user, command.capsule());
        } else if (choice < 89) {
            ask(OPERATOR, "drainHost", new JsonObject().put("id", host));
        } else if (choice < 92) {
            ask(OPERATOR, "setHost", new JsonObject().put("id", host).put("enabled", true));
        } else if (choice < 95) {
            ask(OPERATOR, "recoverCapsule", new JsonObject().put("id", capsule.id));
        } else if (choice < 98) {
            share(capsule, user);
        } else {
            ask(user, "setUserKey", new JsonObject().put("pubkey", KEY + user + asking.number()));
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
                if (choice < 26) {
                    results.handIn(capsule.id);
                } else if (choice < 34) {
                    results.handIn(capsule.id);
                    switchTo(capsule, "maintenance");
                } else if (choice < 40) {
                    switchTo(capsule, "maintenance");
                } else {
                    on(capsule, "stopvm");
                }
            }
            default -> {
                if (choice < 42) {
                    on(capsule, "launchvm");
                } else if (choice < 46) {
                    workOnSnapshots(capsule);
                } else {
                    makeImage(capsule);
                }
            }
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

    private void makeImage(Owned capsule) {
        ask(
                capsule.owner,
                "shareImage",
                new JsonObject().put("vmid", capsule.id).put("imageName", "image-" + asking.number()));
    }

    /** Takes one, or does something about one it knows. */
    private void workOnSnapshots(Owned capsule) {
        int choice = world.draw(4);
        if (capsule.snapshots.isEmpty() || choice < 2) {
            JsonObject wanted = new JsonObject().put("id", capsule.id).put("name", "snapshot-" + asking.number());
            ask(capsule.owner, "takeSnapshot", wanted)
                    .ifPresent(body ->
                            capsule.snapshots.add(body.getJsonObject("snapshot").getString("id")));
            return;
        }
        String snapshot = capsule.snapshots.get(world.draw(capsule.snapshots.size()));
        ask(
                capsule.owner,
                choice == 2 ? "revertToSnapshot" : "deleteSnapshot",
                new JsonObject().put("id", capsule.id).put("snapshot", snapshot));
    }

    private void setQuota(String user, int which) {
        ask(
                OPERATOR,
                "setQuota",
                new JsonObject()
                        .put("guid", user)
                        .put("vcpus", 1 + which % 6)
                        .put("memoryMb", 1024 * (1 + which % 5))
                        .put("diskGb", 100));
    }
}

package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.datacapsule.common.bus.BusException;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.CapsuleObservation;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.common.wire.Leftover;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.common.wire.SetAside;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.testing.FakeAgent;
import org.datacapsule.router.testing.FakeAgent.Behaviour;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Hosts that are not heard of any more: what is shown, fenced, evacuated, and what they find when they come back. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeadHostIT {
    private static final Capacity ROOM = new Capacity(6400, 1 << 24, 1_000_000);

    private TestRouter router;
    private Optional<FakeAgent> rescue = Optional.empty();
    private Path fenceScript;
    private String image;
    private String admin = "";
    private String owner = "";
    private int hosts;
    private Optional<FakeAgent> dying = Optional.empty();
    private String name = "";

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        fenceScript = directory.resolve("fence");
        says("exit 0");
        router = TestRouter.start(
                directory,
                Map.of(
                        "hosts.lease", "2s",
                        "hosts.fence-command", fenceScript + ", --off",
                        "hosts.fence-timeout", "3s",
                        "drift.grace", "1s",
                        "quota.vcpus", "10000",
                        "quota.memory-mb", "1000000",
                        "quota.disk-gb", "100000"));
        image = router.registerImage();
        admin = router.token("alma", TokenRole.ADMIN);
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
    }

    @AfterEach
    void bury() throws Exception {
        dying.ifPresent(FakeAgent::close);
        rescue.ifPresent(FakeAgent::close);
        rescue = Optional.empty();
        // Those of other tests would be tried first.
        router.change(false, List.of("update host set enabled = false"));
    }

    @Test
    void itsCapsulesAreUnreachableAndNeitherStoppedNorForgotten() throws Exception {
        String id = capsuleOnADyingHost("RUNNING");
        assertThat(show(id).getString("unreachable_since")).isNull();

        die();

        assertThat(host().getString("state")).isEqualTo("DOWN");
        assertThat(show(id).getString("state")).isEqualTo("RUNNING");
        assertThat(show(id).getString("mode")).isEqualTo("MAINTENANCE");
        assertThat(show(id).getString("unreachable_since")).matches("....-..-.. ..:..:..");
        assertThat(events(id)).contains("capsule.unreachable");
        assertThat(drift("HOST_AWAY")).hasSize(1).allMatch(row -> row.getBoolean("open"));

        agent().behave(command -> {
            throw new IllegalStateException("nobody is there");
        });
        Answer asked = post("/stopvm", owner, Map.of("vmid", id));
        assertThat(asked.status()).isEqualTo(200);
        router.awaitSql(
                "select error_code from operation where id = '" + asked.body().getString("operation") + "'",
                "host.unreachable");
        assertThat(show(id).getJsonObject("operation").encode()).contains("is done when the host is back");

        agent().behave(command -> new Behaviour.Do(agent().done(command)));
        agent().speakAgain();
        awaitState(id, "SHUTDOWN");
        assertThat(show(id).getString("unreachable_since")).isNull();
        assertThat(show(id).getJsonObject("operation").getValue("error")).isNull();
        assertThat(events(id)).contains("capsule.reachable");
        assertThat(drift("HOST_AWAY")).noneMatch(row -> row.getBoolean("open"));
    }

    @Test
    void onlyAHostThatIsDownIsFencedAndOnlyOneThatIsFencedIsEvacuated() throws Exception {
        String id = capsuleOnADyingHost("RUNNING");

        assertThat(post("fence").code()).isEqualTo("host.not-down");
        assertThat(post("evacuate").code()).isEqualTo("host.not-fenced");
        die();
        assertThat(post("evacuate", Map.of("anew", "true")).code()).isEqualTo("host.not-fenced");
        assertThat(post("fence", Map.of("machineIsOff", "another")).code()).isEqualTo("request.invalid");
        assertThat(byHandElsewhere(id).code()).isEqualTo("host.not-fenced");

        assertThat(home(id)).isEqualTo(name);
        assertThat(router.post("/v1/hosts/nowhere/fence", admin, Map.of()).code())
                .isEqualTo("host.not-found");
        assertThat(router.post("/v1/hosts/nowhere/evacuate", admin, Map.of()).code())
                .isEqualTo("host.not-found");
        assertThat(router.post("/v1/hosts/" + name + "/fence", router.token("otto", TokenRole.OPERATOR), Map.of())
                        .status())
                .isEqualTo(403);
    }

    @Test
    void theFenceCommandGetsTheHostAndNoShellAndItsWordCounts() throws Exception {
        capsuleOnADyingHost("RUNNING");
        die();
        says("echo \"$1 $2\" '$HOME'; exit 3");

        Answer failed = post("fence");
        assertThat(failed.code()).isEqualTo("host.fence-failed");
        assertThat(failed.body().getString("description")).contains("ended with 3", "--off " + name + " $HOME");
        assertThat(host().getString("state")).isEqualTo("DOWN");
        assertThat(post("evacuate").code()).isEqualTo("host.not-fenced");

        says("head -c 100000 /dev/zero | tr '\\0' x");
        Answer done = post("fence");
        assertThat(done.body().getString("state")).isEqualTo("FENCED");
        assertThat(done.body().getInteger("exitCode")).isZero();
        assertThat(done.body().getString("output")).hasSize(4096);
        assertThat(host().getString("state")).isEqualTo("FENCED");

        says("exit 1");
        assertThat(post("fence").body().getString("state"))
                .as("asked again, nothing is run")
                .isEqualTo("FENCED");
        assertThat(audit()).contains("fence command ended with 3", "fence command ended with 0");
    }

    @Test
    void aFenceCommandThatHangsIsKilledAndDoesNotCount() throws Exception {
        capsuleOnADyingHost("RUNNING");
        die();
        says("sleep 1000");

        assertThat(post("fence").body().getString("description")).contains("killed after 3 s");
        assertThat(host().getString("state")).isEqualTo("DOWN");
    }

    @Test
    void aFenceOfWhichNobodyKnowsTheEndIsAskedForAgain() throws Exception {
        String id = capsuleOnADyingHost("RUNNING");
        die();
        // As a router leaves it that died while the command ran.
        router.change(
                false,
                List.of(
                        "update host set fence_state = 'FENCING', fence_epoch = 1 where id = '" + name + "'",
                        "insert into fence (host_id, epoch, how, requested_by, due_at) values ('" + name
                                + "', 1, 'COMMAND', 'alma', now() + interval '1 hour')"));
        assertThat(post("fence").body().getString("state")).isEqualTo("FENCING");
        assertThat(post("evacuate", Map.of("anew", "true")).code()).isEqualTo("host.not-fenced");
        assertThat(post("/stopvm", owner, Map.of("vmid", id)).code()).isEqualTo("host.fenced");

        router.change(false, List.of("update fence set due_at = now() where host_id = '" + name + "'"));
        says("exit 0");
        assertThat(post("fence").body().getString("state")).isEqualTo("FENCED");
        assertThat(router.sql(
                        "select string_agg(result, ' ' order by epoch) from fence where host_id = '" + name + "'"))
                .isEqualTo("UNKNOWN FENCED");
    }

    @Test
    void aHostThatLivesAfterAFenceOfUnknownEndGoesOn() throws Exception {
        capsuleOnADyingHost("RUNNING");
        die();
        router.change(
                false,
                List.of(
                        "update host set fence_state = 'FENCING', fence_epoch = 1 where id = '" + name + "'",
                        "insert into fence (host_id, epoch, how, requested_by, due_at) values ('" + name
                                + "', 1, 'COMMAND', 'alma', now() - interval '1 second')"));

        agent().speakAgain();

        router.awaitSql("select lease_until > now() and fence_state is null from host where id = '" + name + "'", "t");
    }

    @Test
    void withoutSharedStorageACapsuleStaysUnlessItIsAskedToBeMadeAnew() throws Exception {
        String id = capsuleOnADyingHost("RUNNING");
        raiseSurvivor();
        die();
        fence();

        JsonObject first = post("evacuate").body();
        assertThat(first.getJsonArray("evacuating")).isEmpty();
        assertThat(first.getJsonArray("staying").encode()).contains(id, "anew=true");
        assertThat(show(id).getString("state")).isEqualTo("RUNNING");
        assertThat(post("/stopvm", owner, Map.of("vmid", id)).code()).isEqualTo("host.fenced");

        JsonObject second = post("evacuate", Map.of("anew", "true")).body();
        assertThat(second.getJsonArray("staying")).isEmpty();
        assertThat(second.getJsonArray("evacuating").getJsonObject(0).getString("disk"))
                .isEqualTo("ANEW");
        awaitState(id, "SHUTDOWN");

        assertThat(home(id)).isEqualTo("survivor-" + hosts);
        CommandEnvelope created = last(survivor(), id);
        assertThat(created.command()).isInstanceOf(Command.Create.class);
        assertThat(created.generation()).isEqualTo(2);
        assertThat(created.command().spec().sshPort()).isEqualTo(show(id).getInteger("sshport"));
        assertThat(events(id)).contains("capsule.evacuated");
        assertThat(agent().received().stream().filter(it -> it.generation() > 1))
                .isEmpty();
        assertThat(post("/launchvm", owner, Map.of("vmid", id)).status()).isEqualTo(200);
        awaitState(id, "RUNNING");
        assertThat(show(id).getString("unreachable_since")).isNull();
        assertThat(post("evacuate").body().getJsonArray("evacuating")).isEmpty();
    }

    @Test
    void ofSharedStorageTheDiskIsTakenOver() throws Exception {
        String id = capsuleOnADyingHost("SHUTDOWN");
        agent().share("san-" + hosts);
        raiseSurvivor();
        survivor().share("san-" + hosts);
        router.awaitSql("select count(*)::text from host where storage_pool = 'san-" + hosts + "'", "2");
        die();
        fence();

        JsonObject answer = post("evacuate").body();

        assertThat(answer.getJsonArray("evacuating").getJsonObject(0).getString("disk"))
                .isEqualTo("ADOPTED");
        awaitState(id, "SHUTDOWN");
        assertThat(last(survivor(), id).command())
                .isEqualTo(new Command.Adopt(last(survivor(), id).command().spec(), TestRouter.IMAGE, agent().id()));
    }

    @Test
    void anEvacuationThatFailedIsTriedAgainWhereItLed() throws Exception {
        String id = capsuleOnADyingHost("RUNNING");
        raiseSurvivor();
        survivor()
                .behave(command -> new Behaviour.Do(
                        new Outcome.Failed(Problem.of(ErrorCode.HOST_IMAGE_MISSING, "not here"), false)));
        die();
        fence();
        post("evacuate", Map.of("anew", "true"));
        awaitState(id, "ERROR");
        survivor().behave(command -> new Behaviour.Do(survivor().done(command)));

        JsonObject again = post("evacuate").body();

        assertThat(again.getJsonArray("evacuating").encode()).contains(id, "ANEW");
        awaitState(id, "SHUTDOWN");
        assertThat(home(id)).isEqualTo("survivor-" + hosts);
    }

    @Test
    void aHostThatComesBackIsRecalledBeforeItWorks() throws Exception {
        String gone = capsuleOnADyingHost("RUNNING");
        String stayed = capsule("RUNNING");
        raiseSurvivor();
        die();
        fence();
        post("evacuate", Map.of("anew", "true", "capsule", gone));
        awaitState(gone, "SHUTDOWN");
        agent().received().clear();
        agent().deaf(true);
        see(running(gone, 2), running(stayed, 2));

        agent().speakAgain();
        agent().beat();
        agent().beat();

        assertThat(agent().recalls()).isNotEmpty();
        assertThat(host().getString("state")).as("until it has obeyed").isEqualTo("FENCED");
        assertThat(agent().received()).as("nothing is asked of it").isEmpty();
        assertThat(state(gone)).isEqualTo("SHUTDOWN");

        agent().deaf(false);
        router.awaitSql("select coalesce(fence_state, 'none') from host where id = '" + name + "'", "none");

        CommandEnvelope first = agent().received().peek();
        assertThat(first.command()).isInstanceOf(Command.Relinquish.class);
        assertThat(first.command().spec().id().toString()).isEqualTo(gone);
        assertThat(first.generation()).isEqualTo(1);
        see(running(stayed, 2));
        agent().keep(List.of(new SetAside(CapsuleId.parse(gone), 1, 700)));
        router.awaitSql("select count(*)::text from eviction where host_id = '" + name + "'", "0");
        assertThat(router.sql("select count(*)::text from host_port where capsule_id = '" + gone + "'"))
                .isEqualTo("1");
        router.awaitSql(
                "select count(*)::text from drift where kind = 'SET_ASIDE' and capsule_id = '" + gone
                        + "' and settled_at is null",
                "1");
        assertThat(state(stayed)).isEqualTo("RUNNING");
        assertThat(post("/stopvm", owner, Map.of("vmid", stayed)).status()).isEqualTo(200);
        awaitState(stayed, "SHUTDOWN");
        assertThat(audit()).contains("host=" + name + " epoch=");

        long row = drift("SET_ASIDE").getFirst().getLong("id");
        assertThat(router.post("/v1/drift/" + row + "/collect", admin, Map.of()).status())
                .isEqualTo(200);
        router.awaitSql("select count(*)::text from eviction where host_id = '" + name + "'", "0");
        assertThat(last(agent(), gone).command())
                .isInstanceOfSatisfying(
                        Command.Discard.class,
                        discard -> assertThat(discard.setAside()).isEqualTo(1));
        agent().keep(List.of());
        router.awaitSql("select settled_at is not null from drift where id = " + row, "t");
        assertThat(router.post("/v1/drift/" + row + "/collect", admin, Map.of()).code())
                .isEqualTo("drift.not-found");
    }

    @Test
    void anEvacuationWhileAHostComesBackIsFollowedByANewRecall() throws Exception {
        String one = capsuleOnADyingHost("RUNNING");
        raiseSurvivor();
        die();
        fence();
        agent().deaf(true);
        agent().speakAgain();
        agent().beat();
        long before = agent().recalls().peek().epoch();

        post("evacuate", Map.of("anew", "true", "capsule", one));
        awaitState(one, "SHUTDOWN");
        agent().recalls().clear();
        agent().beat();

        assertThat(agent().recalls().peek().epoch()).isGreaterThan(before);
        assertThat(agent().recalls().peek().orders()).hasSize(1);
    }

    @Test
    void whatAFencedHostReportsIsNotTaken() throws Exception {
        String id = capsuleOnADyingHost("RUNNING");
        agent().behave(command -> new Behaviour.AcceptAndForget());
        Answer stop = post("/stopvm", owner, Map.of("vmid", id));
        router.awaitSql(
                "select state from operation where id = '" + stop.body().getString("operation") + "'", "RUNNING");
        CommandEnvelope command = last(agent(), id);
        die();
        fence();

        try {
            agent().report(agent().report(command, Outcome.Succeeded.DONE));
        } catch (BusException e) {
            // That is what "not taken" is for the agent, which reports again.
        }

        assertThat(state(id)).isEqualTo("SHUTDOWN_PENDING");
    }

    @Test
    void anOrphanIsSetAsideAfterAGraceAndWhatBecameOwnedNever() throws Exception {
        String id = capsuleOnADyingHost("SHUTDOWN");
        raiseSurvivor();
        String other = UUID.randomUUID().toString();
        router.change(false, List.of("update capsule set updated_at = now() - interval '1 minute'"));
        survivor()
                .observe(List.of(
                        new CapsuleObservation(CapsuleId.parse(id), 1, false, Found.STOPPED),
                        new CapsuleObservation(CapsuleId.parse(other), 0, false, Found.RUNNING_IN_MAINTENANCE)));

        router.awaitSql(
                "select count(*)::text from eviction where capsule_id = '" + id + "' and work = 'SET_ASIDE'", "1");
        router.awaitSql("select count(*)::text from eviction where capsule_id = '" + id + "'", "0");
        assertThat(last(survivor(), id).command()).isInstanceOf(Command.Relinquish.class);
        assertThat(survivor().received())
                .noneMatch(it -> it.command().spec().id().toString().equals(other));
        assertThat(router.sql("select kind from drift where capsule_id = '" + other + "'"))
                .isEqualTo("STRANGER");

        survivor().observe(List.of());
        router.awaitSql(
                "select count(*)::text from drift where settled_at is null and kind in ('ORPHAN', 'STRANGER')", "0");
    }

    @Test
    void anOrphanOfAMigrationNobodyKnowsTheEndOfIsSetAsideByTheGenerationItCameWith() throws Exception {
        String id = capsuleOnADyingHost("RUNNING");
        raiseSurvivor();
        for (FakeAgent one : List.of(agent(), survivor())) {
            one.behave(command -> new Behaviour.Do(
                    command.command() instanceof Command.SendAway || command.command() instanceof Command.TakeOver
                            ? new Outcome.Failed(Problem.of(ErrorCode.HOST_HYPERVISOR_FAILED, "no"), false)
                            : one.done(command)));
        }
        router.post(
                "/migratevm",
                router.token("otto", TokenRole.OPERATOR),
                Map.of("vmid", id, "host", "survivor-" + hosts));
        awaitState(id, "ERROR");
        long there = last(survivor(), id).generation();
        router.change(false, List.of("update capsule set updated_at = now() - interval '1 minute'"));

        survivor().observe(List.of(new CapsuleObservation(CapsuleId.parse(id), 1, false, Found.STOPPED)));

        Awaitility.await()
                .until(() -> last(survivor(), id).command(), command -> command instanceof Command.Relinquish);
        assertThat(last(survivor(), id).generation()).isEqualTo(there);
    }

    @Test
    void whatANetworkHasOfNoCapsuleIsRemovedAfterAGraceAndWhatACapsuleHasNever() throws Exception {
        String id = capsuleOnADyingHost("SHUTDOWN");
        int slot = Integer.parseInt(router.sql("select guest_slot::text from capsule where id = '" + id + "'"));
        String held = GuestNetwork.parse("10.90.0.0/16").address(slot).ipv4();
        List<Leftover> nobodys = List.of(
                Leftover.wayIn(22_999, "10.90.200.1"),
                new Leftover(Leftover.Kind.ADDRESS, "10.90.200.1"),
                new Leftover(Leftover.Kind.FILTER, "datacapsule-old"));
        List<Leftover> all = new ArrayList<>(nobodys);
        all.add(new Leftover(Leftover.Kind.ADDRESS, held));
        agent().leftovers(all);

        agent().beat();
        assertThat(router.sql(
                        "select string_agg(kind, ' ' order by kind) from drift where settled_at is null and host_id = '"
                                + name + "'"))
                .isEqualTo("ADDRESS_LEFT FILTER_LEFT WAY_IN_LEFT");
        firstSeen("now() + interval '1 hour'");
        agent().beat();
        assertThat(agent().sweep()).as("left alone for the grace").isEmpty();
        firstSeen("now() - interval '1 minute'");
        agent().beat();
        agent().beat();

        assertThat(agent().sweep()).containsExactlyInAnyOrderElementsOf(nobodys);
        assertThat(router.sql("select count(*)::text from audit where action = 'drift_collected' and detail like 'host="
                        + name + " %'"))
                .as("each is audited once")
                .isEqualTo("3");
        agent().leftovers(List.of());
        agent().beat();
        assertThat(agent().sweep()).isEmpty();
        assertThat(drift("WAY_IN_LEFT")).hasSize(1).noneMatch(row -> row.getBoolean("open"));
    }

    private void firstSeen(String when) throws Exception {
        router.change(
                false,
                List.of("update drift set first_seen = " + when + " where kind like '%\\_LEFT' and host_id = '" + name
                        + "'"));
    }

    @Test
    void whatIsOnItsWayIsNoOrphan() throws Exception {
        String id = capsuleOnADyingHost("SHUTDOWN");
        raiseSurvivor();
        survivor()
                .behave(command -> command.command() instanceof Command.Receive
                        ? new Behaviour.AcceptAndForget()
                        : new Behaviour.Do(survivor().done(command)));
        Answer moving = router.post(
                "/migratevm",
                router.token("otto", TokenRole.OPERATOR),
                Map.of("vmid", id, "host", "survivor-" + hosts));
        assertThat(moving.status()).as(moving.body().encode()).isEqualTo(200);
        router.change(false, List.of("update capsule set updated_at = now() - interval '1 minute'"));

        survivor().observe(List.of(new CapsuleObservation(CapsuleId.parse(id), 1, false, Found.STOPPED)));
        survivor().beat();

        assertThat(router.sql("select count(*)::text from drift where kind = 'ORPHAN' and capsule_id = '" + id + "'"))
                .isEqualTo("0");
    }

    @Test
    void aCapsuleWhoseFilesWereRemovedByHandIsSaidToBeMissing() throws Exception {
        String id = capsuleOnADyingHost("RUNNING");
        router.change(false, List.of("update capsule set updated_at = now() - interval '1 minute'"));

        see(new CapsuleObservation(CapsuleId.parse(id), 2, false, Found.NOTHING));

        awaitState(id, "SHUTDOWN");
        router.change(false, List.of("update capsule set updated_at = now() - interval '1 minute'"));
        router.awaitSql(
                "select string_agg(kind, ' ' order by kind) from drift where capsule_id = '" + id + "'",
                "FILES_MISSING GUEST_GONE");
    }

    @Test
    void driftIsFilteredAndPaged() throws Exception {
        String host = "paged-" + UUID.randomUUID();
        router.change(false, List.of("""
                insert into drift (kind, host_id, subject, seen, settled_at)
                select 'GUEST_GONE', '%s', n::text, 'seen ' || n, case when n > 2 then now() end
                from generate_series(1, 5) n order by n
                """.formatted(host)));
        String query = "/v1/drift?host=" + host;

        JsonObject first = router.get(query + "&limit=3", admin).body();
        JsonObject rest = router.get(query + "&limit=3&cursor=" + first.getString("nextCursor"), admin)
                .body();

        assertThat(first.getJsonArray("drift")).hasSize(3);
        assertThat(rest.getJsonArray("drift")).hasSize(2);
        assertThat(rest.getString("nextCursor")).isNull();
        assertThat(router.get(query + "&open=true", admin).body().getJsonArray("drift"))
                .hasSize(2);
        assertThat(router.get(query + "&kind=ORPHAN", admin).body().getJsonArray("drift"))
                .isEmpty();
        assertThat(router.get(query + "&cursor=x", admin).code()).isEqualTo("request.invalid");
        assertThat(router.get(query, router.token("otto", TokenRole.OPERATOR)).status())
                .isEqualTo(403);
    }

    private FakeAgent agent() {
        return dying.orElseThrow();
    }

    private String capsuleOnADyingHost(String state) throws Exception {
        hosts++;
        name = "dying-" + hosts;
        dying = Optional.of(router.agent(name, ROOM, new PortRange(20_000 + 1000 * hosts, 6_000 + 1000 * hosts, 50)));
        owner = router.token("owner-" + hosts);
        return capsule(state);
    }

    private String capsule(String state) throws Exception {
        Answer created = post(
                "/createvm",
                owner,
                Map.of(
                        "imageid", image,
                        "loginusername", "ada",
                        "loginpassword", "correct-horse",
                        "vcpu", "1",
                        "memory", "256"));
        assertThat(created.status()).as(created.body().encode()).isEqualTo(200);
        String id = created.body().getString("vmid");
        awaitState(id, "SHUTDOWN");
        if (state.equals("RUNNING")) {
            post("/launchvm", owner, Map.of("vmid", id));
            awaitState(id, "RUNNING");
        }
        return id;
    }

    private FakeAgent survivor() {
        return rescue.orElseThrow();
    }

    private void raiseSurvivor() throws Exception {
        rescue = Optional.of(router.agent(
                "survivor-" + hosts, ROOM, new PortRange(20_500 + 1000 * hosts, 6_500 + 1000 * hosts, 50)));
    }

    /** Until everybody has been told. */
    private void die() {
        agent().fallSilent();
        router.awaitSql("select unreachable_since is not null from host where id = '" + name + "'", "t");
    }

    private void fence() throws Exception {
        Answer fenced = post("fence", Map.of("machineIsOff", name));
        assertThat(fenced.body().getString("state")).as(fenced.body().encode()).isEqualTo("FENCED");
    }

    private void see(CapsuleObservation... seen) {
        agent().observe(List.of(seen));
    }

    private static CapsuleObservation running(String id, long sequence) {
        return new CapsuleObservation(CapsuleId.parse(id), sequence, false, Found.RUNNING_IN_MAINTENANCE);
    }

    private void says(String script) throws Exception {
        Files.writeString(fenceScript, "#!/bin/sh\n" + script + "\n");
        assertThat(fenceScript.toFile().setExecutable(true)).isTrue();
    }

    private Answer byHandElsewhere(String id) throws Exception {
        raiseSurvivor();
        return router.put(
                "/migratevm",
                router.token("otto", TokenRole.OPERATOR),
                Map.of(
                        "vmid",
                        id,
                        "host",
                        "survivor-" + hosts,
                        "sshport",
                        Integer.toString(20_500 + 1000 * hosts),
                        "vncport",
                        Integer.toString(6_500 + 1000 * hosts)));
    }

    private Answer post(String what) throws Exception {
        return post(what, Map.of());
    }

    private Answer post(String what, Map<String, String> form) throws Exception {
        return router.post("/v1/hosts/" + name + "/" + what, admin, form);
    }

    private Answer post(String path, String token, Map<String, String> form) throws Exception {
        return router.post(path, token, form);
    }

    private JsonObject show(String id) throws Exception {
        return router.get("/show?vmid=" + id, owner)
                .body()
                .getJsonArray("status")
                .getJsonObject(0);
    }

    private JsonObject host() throws Exception {
        return objects(router.get("/v1/hosts", admin).body().getJsonArray("hosts")).stream()
                .filter(it -> it.getString("id").equals(name))
                .findFirst()
                .orElseThrow();
    }

    private List<JsonObject> drift(String kind) throws Exception {
        return objects(router.get("/v1/drift?kind=" + kind + "&host=" + name, admin)
                .body()
                .getJsonArray("drift"));
    }

    private String events(String id) throws Exception {
        return router.sql("select string_agg(kind, ' ' order by id) from event where capsule_id = '" + id + "'");
    }

    private String audit() throws Exception {
        return router.sql("select string_agg(detail, '; ' order by id) from audit where detail like '%" + name + "%'");
    }

    private String state(String id) throws Exception {
        return router.sql("select state from capsule where id = '" + id + "'");
    }

    private void awaitState(String id, String state) {
        router.awaitSql("select state from capsule where id = '" + id + "'", state);
    }

    private String home(String id) throws Exception {
        return router.sql("select host_id from capsule where id = '" + id + "'");
    }

    private static CommandEnvelope last(FakeAgent agent, String id) {
        return agent.received().stream()
                .filter(it -> it.command().spec().id().toString().equals(id))
                .reduce((one, other) -> other)
                .orElseThrow();
    }

    private static List<JsonObject> objects(JsonArray array) {
        return array.stream().map(JsonObject.class::cast).toList();
    }
}

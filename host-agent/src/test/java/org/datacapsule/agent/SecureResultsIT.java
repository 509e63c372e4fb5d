package org.datacapsule.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.datacapsule.agent.config.ResultsConfig;
import org.datacapsule.agent.result.ReleaseStore;
import org.datacapsule.agent.result.Results;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.Login;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.SecureVolume;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the capsule's user hands in inside a real guest arrives in the store, from secure mode only. */
class SecureResultsIT {
    private static final Login LOGIN = new Login("alice", "correct-horse", List.of("ssh-ed25519 AAAA alice@example"));
    private static final SecureVolume VOLUME =
            new SecureVolume(64, Base64.getEncoder().encodeToString(new byte[32]));
    private static final ResultsConfig LIMITS = new ResultsConfig(1 << 20, 3, 8 << 20);
    private static final int NOT_SECURE = 3;
    private static final int REFUSED = 1;

    @TempDir
    private Path directory = Path.of("");

    private Optional<RealHost> host = Optional.empty();
    private final ReleaseStore store = new ReleaseStore();
    private long sequence;

    @BeforeEach
    void start() throws Exception {
        RealHost started = new RealHost();
        host = Optional.of(started);
        started.network.ensure();
    }

    @AfterEach
    void stop() {
        host.ifPresent(RealHost::close);
    }

    @Test
    void resultsAreHandedInFromSecureModeOnly() throws Exception {
        RealHost real = host.orElseThrow();
        CapsuleSpec spec = real.spec(10);
        CapsuleId capsule = spec.id();
        Results results = results(real);
        try (TestAgent agent = new TestAgent(directory, real.parts()).start()) {
            agent.realDesk = Optional.of(results.desk());
            run(agent, new Command.Create(spec, real.storage.importImage(real.guestImage())));
            run(agent, new Command.Launch(spec, LOGIN, VOLUME));
            real.awaitGuest(capsule);
            assertThat(real.inGuest(capsule, asUser("echo figures > table; releaseresults table")))
                    .isEqualTo(NOT_SECURE);

            run(agent, new Command.SwitchToSecure(spec, VOLUME));

            real.inGuest(capsule, "until [ -w /dev/virtio-ports/org.datacapsule.release.0 ]; do sleep 0.2; done");
            ResultId first = handedIn(real.printedInGuest(capsule, asUser("releaseresults table 2>&1")));
            await().atMost(Duration.ofSeconds(20)).until(() -> store.stored.containsKey(first));
            assertThat(new String(store.stored.getOrDefault(first, new byte[0]), StandardCharsets.ISO_8859_1))
                    .startsWith("table\0")
                    .contains("figures\n");
            assertThat(store.begun(first).capsule()).isEqualTo(capsule);

            results.stop();
            results = results(real);
            results.resume(Map.of(capsule, 1L));
            agent.realDesk = Optional.of(results.desk());
            handedIn(real.printedInGuest(capsule, asUser("releaseresults table 2>&1")));
            assertThat(real.inGuest(capsule, asUser("head -c 2000000 /dev/urandom > large; releaseresults large")))
                    .isEqualTo(REFUSED);

            run(agent, new Command.SwitchToMaintenance(spec));

            assertThat(real.inGuest(capsule, asUser("releaseresults table"))).isEqualTo(NOT_SECURE);
            await().atMost(Duration.ofSeconds(20)).until(() -> store.stored.size() == 2);
            run(agent, new Command.Delete(spec));
        } finally {
            results.stop();
        }
    }

    private Results results(RealHost real) throws IOException {
        return Results.open(
                TestAgent.HOST,
                directory.resolve("results"),
                LIMITS,
                real.storage::releaseSocket,
                store,
                capsule -> true,
                InstantSource.system());
    }

    private static String asUser(String line) {
        return "su alice -s /bin/sh -c 'cd; " + line + "'";
    }

    private static ResultId handedIn(String said) {
        assertThat(said).matches("(?s)result [0-9a-f-]{36} handed in, [0-9]+ bytes\n.*");
        return ResultId.parse(said.split(" ", -1)[1]);
    }

    private void run(TestAgent agent, Command command) throws InterruptedException {
        Outcome outcome = agent.done(agent.envelope(++sequence, command)).outcome();
        assertThat(outcome).isInstanceOf(Outcome.Succeeded.class);
    }
}

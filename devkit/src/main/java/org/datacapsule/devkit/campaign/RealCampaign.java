package org.datacapsule.devkit.campaign;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.datacapsule.devkit.check.Asked;
import org.datacapsule.devkit.check.Breach;
import org.datacapsule.devkit.check.Checker;
import org.datacapsule.devkit.check.Rows;
import org.datacapsule.devkit.check.Rule;
import org.datacapsule.devkit.fleet.Patience;
import org.datacapsule.devkit.fleet.Testbed;

/**
 * Users give commands to a testbed while faults strike it; then it is left alone until it has come to rest, and judged. What is
 * done and in which order comes from a seed; how fast the machine is does not, so a found fault may take some tries to show again.
 */
public final class RealCampaign {
    private static final Duration TO_COME_TO_REST = Duration.ofMinutes(6);
    /** A sweep of each agent and some heartbeats. */
    private static final Duration TO_REPAIR = Duration.ofSeconds(6);

    private static final Duration LONGEST_PAUSE = Duration.ofMillis(2_500);
    private static final int POSTGRES_PORT = 7442;
    /** Every so many steps a host that has capsules loses its power, and is fenced and evacuated. */
    private static final int HOST_DIES = 16;
    /** Every so many steps all hosts are looked at. */
    private static final int LOOK = 4;

    private final Testbed testbed;
    private final List<String> hosts;
    private final Random random;
    private final Users users;
    private final Faults faults;
    private final List<Breach> seen = new ArrayList<>();

    /** @param says what happens, line by line */
    public RealCampaign(Testbed testbed, int hosts, int routers, long seed, Consumer<String> says) {
        this.testbed = testbed;
        this.hosts =
                IntStream.rangeClosed(1, hosts).mapToObj(number -> "h" + number).toList();
        this.random = new Random(seed);
        this.users = new Users(testbed, this.hosts, says);
        this.faults = new Faults(testbed, this.hosts, routers, says);
    }

    /** This many commands and faults, the end of all faults, and what is wrong then. */
    public List<Breach> run(int steps) throws IOException, InterruptedException, SQLException {
        for (int step = 1; step <= steps; step++) {
            int choice = random.nextInt(100);
            int number = random.nextInt(1_000);
            long pause = random.nextLong(LONGEST_PAUSE.toMillis());
            if (choice < 60) {
                users.give(choice * Users.CHOICES / 60, number);
            } else {
                faults.strike((choice - 60) * Faults.KINDS / 40, number, users.capsules());
            }
            if (step % HOST_DIES == HOST_DIES / 2) {
                faults.powerOff(users.homes(), number)
                        .ifPresent(host -> users.evacuate(host, () -> faults.isOff(host)));
            }
            if (step % LOOK == 0) {
                lookWhileItRuns();
            }
            Thread.sleep(pause);
        }
        faults.end();
        users.awaitAnswers();
        return judge();
    }

    /**
     * Every program ends and is started again, one after the other, as an upgrade does it, while users give commands: nobody is
     * without an answer then, and a guest that nobody touched runs as before.
     */
    public List<Breach> restartAll(int routers) throws IOException, InterruptedException, SQLException {
        String kept = users.launchOne();
        String before = process(kept);
        List<String[]> programs = new ArrayList<>();
        IntStream.rangeClosed(1, routers).forEach(number -> programs.add(new String[] {"router", "" + number}));
        hosts.forEach(host -> programs.add(new String[] {"agent", host}));
        for (String[] program : programs) {
            users.give(random.nextInt(50), random.nextInt(1_000));
            testbed.kill(program);
            users.give(random.nextInt(50), random.nextInt(1_000));
            testbed.start(program);
            if (program[0].equals("router")) {
                testbed.awaitRouter(Integer.parseInt(program[1]));
            }
            Patience.await("all hosts up", TO_COME_TO_REST, () -> areUp() ? Optional.of(true) : Optional.empty());
        }
        users.awaitAnswers();
        List<Breach> breaches = new ArrayList<>(judge());
        users.asked().stream()
                .filter(asked -> asked.answer() instanceof Asked.Answer.Unknown)
                .forEach(asked -> breaches.add(new Breach(Rule.EXACTLY_ONCE, "nobody answered " + asked)));
        if (!process(kept).equals(before)) {
            breaches.add(new Breach(Rule.ONE_HOME, "the guest of capsule " + kept + " is not the one it was"));
        }
        return breaches;
    }

    /** The guest's on its host, wherever that is. */
    private String process(String capsule) throws IOException, InterruptedException {
        StringBuilder found = new StringBuilder();
        for (String host : hosts) {
            found.append(
                    testbed.exec(host, "sh", "-c", "cat /run/libvirt/qemu/*" + capsule + "*.pid 2> /dev/null || true"));
        }
        return found.toString();
    }

    /** A guest that moves is seen twice when the second host is looked at later; so twice in a row counts. */
    private void lookWhileItRuns() throws IOException, InterruptedException {
        Set<Breach> before = new HashSet<>(twice());
        if (!before.isEmpty()) {
            before.retainAll(twice());
            seen.addAll(before);
        }
    }

    private List<Breach> twice() throws IOException, InterruptedException {
        try (Connection database = database()) {
            RealHosts.Look look = new RealHosts(testbed, database).look(faults.whole());
            List<Breach> found = new ArrayList<>(Checker.twice(look.hosts()));
            found.addAll(look.open());
            return found;
        } catch (SQLException e) {
            // Postgres is away just now.
            return List.of();
        }
    }

    private List<Breach> judge() throws IOException, InterruptedException, SQLException {
        List<Breach> breaches = new ArrayList<>(seen);
        try (Connection database = database()) {
            try {
                Patience.await(
                        "rest", TO_COME_TO_REST, () -> isAtRest(database) ? Optional.of(true) : Optional.empty());
            } catch (IllegalStateException e) {
                breaches.add(
                        new Breach(Rule.NOTHING_PENDING, "the fleet has not come to rest within " + TO_COME_TO_REST));
            }
            Thread.sleep(TO_REPAIR);
            RealHosts.Look look = new RealHosts(testbed, database).look(hosts);
            breaches.addAll(look.open());
            breaches.addAll(Checker.check(Rows.read(database), look.hosts(), users.asked()));
        }
        return breaches;
    }

    private boolean isAtRest(Connection database) throws IOException, InterruptedException {
        Thread.sleep(250);
        if (!areUp()) {
            return false;
        }
        String work = "select not exists (select from operation where state in ('QUEUED', 'RUNNING'))"
                + " and not exists (select from eviction)"
                + " and not exists (select from host where fence_state is not null)";
        try (Statement statement = database.createStatement();
                ResultSet row = statement.executeQuery(work)) {
            return row.next() && row.getBoolean(1);
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    private boolean areUp() throws InterruptedException {
        try {
            for (JsonNode host : testbed.operator().get("/v1/hosts").body().path("hosts")) {
                if (!host.path("state").asText().equals("UP")) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private Connection database() throws IOException, SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "datacapsule");
        properties.setProperty(
                "password",
                Files.readString(testbed.state().resolve("keys/postgres.password"))
                        .strip());
        properties.setProperty("connectTimeout", "5");
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + POSTGRES_PORT + "/datacapsule", properties);
    }

    /** How often each verb was answered in which way. */
    public String summary() {
        return users.summary() + "; faults: " + faults.summary();
    }
}

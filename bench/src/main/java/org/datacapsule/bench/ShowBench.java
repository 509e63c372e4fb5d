package org.datacapsule.bench;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.datacapsule.devkit.fleet.CapsuleApi;
import org.datacapsule.devkit.fleet.CapsuleApi.Started;
import org.datacapsule.devkit.fleet.Fleet;
import org.datacapsule.devkit.fleet.FleetPlan;

/**
 * How long /show takes for a user who has one capsule and for one who has 500, each shared with two others, and how long
 * a bare select of the same capsules' rows takes. The argument is the number of rounds, 1000 when there is none; as many
 * again warm up before.
 */
public final class ShowBench {
    private static final int ROUNDS = 1000;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final String BARE = """
            select c.* from member m join capsule c on c.id = m.capsule_id
            where m.user_guid = ? and c.state <> 'DELETED' order by c.created_at, c.id
            """;

    private ShowBench() {}

    public static void main(String[] arguments) throws IOException, InterruptedException, SQLException {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : ROUNDS;
        FleetPlan plan = FleetPlan.onSimulatedHost()
                .asDeployed()
                .withAgent("ports.ssh-first", "30000")
                .withAgent("ports.vnc-first", "40000")
                .withAgent("ports.count", "1000");
        try (Fleet fleet = Fleet.start(plan);
                Connection database = fleet.database()) {
            List<Side> sides = List.of(new Side(fleet, database, 1), new Side(fleet, database, 500));
            database.createStatement().execute("analyze");
            for (int round = 0; round < 2 * rounds; round++) {
                for (Side side : sides) {
                    side.measure(round >= rounds);
                }
            }
            System.out.printf("%d rounds, answers in ms%n%n", rounds);
            System.out.println("| | capsules | median | 99 % |");
            System.out.println("|---|---:|---:|---:|");
            for (Side side : sides) {
                side.print();
                side.client.close();
            }
        }
    }

    /** One user, and what was measured of them. */
    private static final class Side {
        private final String user;
        private final int capsules;
        private final PlainClient client;
        private final PreparedStatement bare;
        private final Samples shown = new Samples();
        private final Samples selected = new Samples();
        private int bytes;

        private Side(Fleet fleet, Connection database, int capsules)
                throws IOException, InterruptedException, SQLException {
            this.user = "has-" + capsules;
            this.capsules = capsules;
            CapsuleApi api = fleet.api(user);
            create(api, fleet.image());
            this.client = new PlainClient(api.base(), "/show", api.token());
            this.bare = database.prepareStatement(BARE);
            bare.setString(1, user);
        }

        private void create(CapsuleApi api, String image) throws IOException, InterruptedException {
            List<Started> made = new ArrayList<>();
            for (int i = 0; i < capsules; i++) {
                made.add(api.create(image, "bench", "for-benchmarks"));
            }
            for (Started capsule : made) {
                api.awaitEnd(capsule.operation(), PATIENCE);
                String sharees = """
                        [{"guid": "ann", "email": "ann@example.org"}, {"guid": "bob", "email": "bob@example.org"}]""";
                api.post("/addsharees", Map.of("vmid", capsule.capsule(), "sharees", sharees))
                        .success();
            }
        }

        private void measure(boolean warm) throws IOException, InterruptedException, SQLException {
            long begun = System.nanoTime();
            bytes = client.get().length;
            long answered = System.nanoTime();
            int rows = 0;
            try (ResultSet found = bare.executeQuery()) {
                while (found.next()) {
                    rows++;
                }
            }
            long read = System.nanoTime();
            if (rows != capsules) {
                throw new IllegalStateException(user + " has " + rows + " capsules");
            }
            if (warm) {
                shown.add(answered - begun);
                selected.add(read - answered);
            }
        }

        private void print() {
            print("/show, of " + bytes / 1000 + " KB", shown);
            print("bare select", selected);
        }

        private void print(String what, Samples samples) {
            System.out.printf(
                    "| %s | %d | %.2f | %.2f |%n",
                    what, capsules, Samples.millis(samples.median()), Samples.millis(samples.quantile(0.99)));
        }
    }
}

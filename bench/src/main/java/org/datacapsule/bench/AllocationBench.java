package org.datacapsule.bench;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.devkit.DevPostgres;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.capsule.CapsuleConfig;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.capsule.CreateCapsule;
import org.datacapsule.router.capsule.LoginSecret;
import org.datacapsule.router.capsule.Reservation;
import org.datacapsule.router.capsule.SecureModeConfig;
import org.datacapsule.router.capsule.SecureVolumes;
import org.datacapsule.router.capsule.StartOperation;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.DatabaseConfig;
import org.datacapsule.router.database.Migrations;
import org.datacapsule.router.event.EventLog;
import org.datacapsule.router.fault.StepListener;
import org.datacapsule.router.host.HostStore;
import org.datacapsule.router.host.PortStore;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.idempotency.IdempotencyStore;
import org.datacapsule.router.image.ImageStore;
import org.datacapsule.router.operation.OperationConfig;
import org.datacapsule.router.operation.OperationSignal;
import org.datacapsule.router.operation.OperationStore;
import org.datacapsule.router.placement.PlacementPolicy;
import org.datacapsule.router.user.Quota;
import org.datacapsule.router.user.UserStore;

/**
 * How many capsules a second one router finds a place, ports and an address for: createvm's transaction and all that is written
 * in it, over ten hosts that are rows, without HTTP and without anybody who then makes the capsules. Each client is another user.
 */
public final class AllocationBench {
    private static final int CAPSULES = 1000;
    private static final int[] CLIENTS = {1, 32};
    private static final String IMAGE = "6f1f7f0e-4d0b-4e0c-9d3b-3a3f2f5b8a01";
    private static final GuestNetwork GUESTS = GuestNetwork.parse("10.90.0.0/16");
    private static final String HOSTS = """
            insert into host (id, incarnation, version, address, acceleration, cpus, memory_mb, disk_gb, ssh_first, vnc_first,
                              port_count, guest_network, lease_until)
            select 'h' || n, gen_random_uuid(), 'bench', '127.0.0.1', 'tcg', 1000, 1000000, 100000, 20000, 5900,
                   1000, $1, now() + interval '1 day' from generate_series(1, 10) n
            """;
    private static final String PORTS = """
            insert into host_port (host_id, ssh_port, vnc_port)
            select h.id, 20000 + n, 5900 + n from host h, generate_series(0, 999) n
            """;
    private static final String IMAGES =
            "insert into host_image (host_id, sha256) select id, repeat('ab', 32) from host";

    private AllocationBench() {}

    public static void main(String[] arguments) throws Exception {
        int capsules = arguments.length > 0 ? Integer.parseInt(arguments[0]) : CAPSULES;
        System.out.printf("%d capsules over 10 hosts, times in ms%n%n", capsules);
        System.out.println("| clients | a second | median | 95 % | 99 % | longest |");
        System.out.println("|---:|---:|---:|---:|---:|---:|");
        for (int clients : CLIENTS) {
            try (DevPostgres postgres = DevPostgres.temporary()) {
                measure(postgres, clients, capsules);
            }
        }
    }

    private static void measure(DevPostgres postgres, int clients, int capsules) throws Exception {
        DatabaseConfig config = new DatabaseConfig(
                "127.0.0.1", postgres.port(), postgres.database(), postgres.user(), Optional.empty(), 16);
        Migrations.apply(config);
        Vertx vertx = Vertx.vertx();
        try (Database database = Database.open(vertx, config)) {
            database.transaction(tx -> {
                new PortStore().fitGuestSlots(tx, GUESTS.slots());
                tx.update(HOSTS, Tuple.of(GUESTS.cidr()));
                tx.update(PORTS, Tuple.tuple());
                tx.update(IMAGES, Tuple.tuple());
                tx.update("insert into users (guid) values ('bench')", Tuple.tuple());
                return tx.update(
                        "insert into image (id, name, is_public, owner, status, sha256)" + " values ('" + IMAGE
                                + "', 'small', true, 'bench', 'ACTIVE', repeat('ab', 32))",
                        Tuple.tuple());
            });
            // As autovacuum would, in time: it knows nothing of rows that came a moment ago.
            database.read(tx -> tx.update("analyze", Tuple.tuple()));
            CreateCapsule create = create(database);
            allocate(create, clients, capsules / 4);
            long begun = System.nanoTime();
            Samples times = allocate(create, clients, capsules);
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            System.out.printf(
                    "| %d | %.0f | %.1f | %.1f | %.1f | %.1f |%n",
                    clients,
                    capsules * 1000 / Samples.millis(took),
                    Samples.millis(times.median()),
                    Samples.millis(times.quantile(0.95)),
                    Samples.millis(times.quantile(0.99)),
                    Samples.millis(times.quantile(1)));
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static CreateCapsule create(Database database) {
        Duration minutes = Duration.ofMinutes(15);
        OperationConfig operations =
                new OperationConfig(minutes, minutes, minutes, 4, Duration.ofSeconds(5), Duration.ofSeconds(10));
        SecretBox box = new SecretBox(new byte[32]);
        SecureModeConfig secureMode = new SecureModeConfig(1024);
        CapsuleStore capsules = new CapsuleStore();
        StartOperation start = new StartOperation(
                capsules,
                new SecureVolumes(capsules, box, secureMode),
                new HostStore(),
                new ImageStore(),
                new OperationStore(),
                new AuditLog(),
                new EventLog(() -> {}),
                new OperationSignal(),
                operations,
                StepListener.NONE,
                (tx, call, capsule) -> {});
        return new CreateCapsule(
                new Idempotency(database, new IdempotencyStore()),
                new UserStore(new Quota(100_000, Integer.MAX_VALUE, Integer.MAX_VALUE, 0)),
                new ImageStore(),
                new Reservation(new HostStore(), new PortStore(), new PlacementPolicy(4, 1, 2, false, Map.of())),
                capsules,
                new LoginSecret(box),
                start,
                new CapsuleConfig(10, 16, 256, 65_536, 5),
                secureMode,
                GUESTS);
    }

    private static Samples allocate(CreateCapsule create, int clients, int capsules) throws Exception {
        Samples samples = new Samples();
        AtomicInteger left = new AtomicInteger(capsules);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                String user = "client-" + client;
                running.add(threads.submit(() -> {
                    for (int number = left.getAndDecrement(); number > 0; number = left.getAndDecrement()) {
                        long begun = System.nanoTime();
                        create.create(call(user, number));
                        samples.add(System.nanoTime() - begun);
                    }
                    return samples;
                }));
            }
            for (Future<?> client : running) {
                client.get();
            }
        }
        return samples;
    }

    private static Call call(String user, int number) {
        JsonObject parameters = new JsonObject()
                .put("imageid", IMAGE)
                .put("loginusername", "bench")
                .put("loginpassword", "for-benchmarks")
                .put("vcpu", 1)
                .put("memory", 256);
        return new Call(
                "createvm",
                new Caller(user, Optional.of(user + "@example.org"), Optional.of(user), Set.of()),
                new Parameters(parameters),
                "bench-" + number,
                "127.0.0.1",
                Optional.empty());
    }
}

package org.datacapsule.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.datacapsule.devkit.fleet.CapsuleApi;
import org.datacapsule.devkit.fleet.Fleet;
import org.datacapsule.devkit.fleet.Libvirt;

/** Walks side by side through one fleet, and what there is besides them: nothing. */
final class CrashWalks {
    private final Fleet fleet;
    private final List<CrashWalk> walks;

    CrashWalks(Fleet fleet, int count) throws IOException, InterruptedException {
        this.fleet = fleet;
        CapsuleApi api = fleet.api("walker");
        this.walks = IntStream.range(0, count)
                .mapToObj(number -> new CrashWalk(fleet, api))
                .toList();
    }

    CrashWalk get(int index) {
        return walks.get(index);
    }

    /** What a walk does. */
    @FunctionalInterface
    interface Doing<T> {
        void with(CrashWalk walk, T what) throws Exception;
    }

    /** What comes of a walk. */
    @FunctionalInterface
    interface Asking<T, R> {
        R of(CrashWalk walk, T what) throws Exception;
    }

    /** At once: the first walk with the first of these, and so on. */
    <T> void each(List<T> parts, Doing<T> doing) throws Exception {
        map(parts, (walk, part) -> {
            doing.with(walk, part);
            return walk;
        });
    }

    /** As {@link #each}, with an answer of each. */
    <T, R> List<R> map(List<T> parts, Asking<T, R> asking) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<R>> calls = IntStream.range(0, parts.size())
                    .mapToObj(index -> (Callable<R>) () -> asking.of(walks.get(index), parts.get(index)))
                    .toList();
            List<R> answers = new ArrayList<>();
            for (Future<R> future : threads.invokeAll(calls)) {
                answers.add(future.get());
            }
            return answers;
        }
    }

    /** At any moment, also while no agent runs. */
    void assertNoDataUnderAnOpenPolicy() throws IOException, InterruptedException {
        assertThat(fleet.dataWatch().breaches()).isEmpty();
    }

    /** When all have ended: nothing is pending or has failed, and what is held and has data is what the walks' capsules do. */
    void assertNothingElse() throws Exception {
        assertNoDataUnderAnOpenPolicy();
        assertThat(new TreeSet<>(fleet.dataWatch().capsulesWithData())).isEqualTo(capsules(CrashWalk::isSecure));
        assertThat(rows("select id::text from capsule where state like '%\\_PENDING'"))
                .isEmpty();
        // But for the keys that a guest which is back in maintenance gets: these have no system to take them.
        assertThat(rows("select id::text from operation where state <> 'SUCCEEDED' and kind <> 'SYNC_KEYS'"))
                .isEmpty();
        assertThat(rows("select capsule_id::text from host_port where capsule_id is not null"))
                .isEqualTo(capsules(CrashWalk::isThere));
        assertThat(addresses()).hasSize(capsules(CrashWalk::isThere).size());
    }

    /** Reserved for guests; one more is nobody's, so that there is always one. */
    private List<String> addresses() throws IOException, InterruptedException {
        return Libvirt.virsh("net-dumpxml", fleet.network())
                .lines()
                .filter(line -> line.contains("<host mac=") && !line.contains("52:54:00:ff:ff:ff"))
                .toList();
    }

    private Set<String> capsules(Predicate<CrashWalk> which) {
        return walks.stream().filter(which).map(CrashWalk::capsule).collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<String> rows(String select) throws SQLException {
        try (Connection database = fleet.database();
                var statement = database.createStatement();
                ResultSet rows = statement.executeQuery(select)) {
            Set<String> found = new TreeSet<>();
            while (rows.next()) {
                found.add(rows.getString(1));
            }
            return found;
        }
    }
}

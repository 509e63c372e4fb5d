package org.datacapsule.router.audit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.http.Unknown;

/**
 * Requests refused before it was known whose they were. Anybody on the network can send them, and the audit log only grows: so
 * they are counted, and written down as one row for an address and a reason each time the count is taken. What was counted and
 * not yet written is lost when the router is killed. Any number of threads.
 */
public final class Strangers {
    /** Addresses and reasons told apart between two counts; what is more is counted as of other addresses. */
    static final int TOLD_APART = 500;

    private static final String OTHERS = "(other addresses)";
    private static final int MOST_OPERATIONS = 20;

    private final Database database;
    private final AuditLog audit;
    private Map<Kind, Count> counts = new LinkedHashMap<>();

    public Strangers(Database database, AuditLog audit) {
        this.database = database;
        this.audit = audit;
    }

    private record Kind(String address, ErrorCode code) {}

    /** What was counted of one kind. */
    private static final class Count {
        private final String firstRequestId;
        private final SortedSet<String> operations = new TreeSet<>();
        private long requests;

        private Count(String firstRequestId) {
            this.firstRequestId = firstRequestId;
        }

        private void add(Unknown request) {
            requests++;
            if (operations.size() < MOST_OPERATIONS) {
                operations.add(request.operation());
            }
        }
    }

    public synchronized void refused(Unknown request, ErrorCode code) {
        Kind kind = new Kind(request.clientAddress(), code);
        if (!counts.containsKey(kind) && counts.size() >= TOLD_APART) {
            kind = new Kind(OTHERS, code);
        }
        counts.computeIfAbsent(kind, first -> new Count(request.requestId())).add(request);
    }

    /** Writes down what was counted since the last time; answers whether there is more, which there never is. */
    public boolean write() throws InterruptedException {
        Map<Kind, Count> taken = take();
        if (!taken.isEmpty()) {
            database.transaction(tx -> {
                for (Map.Entry<Kind, Count> each : taken.entrySet()) {
                    Count count = each.getValue();
                    audit.refusedUnknown(
                            tx,
                            each.getKey().address(),
                            count.firstRequestId,
                            each.getKey().code().slug() + "; requests: " + count.requests + "; operations: "
                                    + String.join(", ", count.operations));
                }
                return true;
            });
        }
        return false;
    }

    private synchronized Map<Kind, Count> take() {
        Map<Kind, Count> taken = counts;
        counts = new LinkedHashMap<>();
        return taken;
    }
}

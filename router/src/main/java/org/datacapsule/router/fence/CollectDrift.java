package org.datacapsule.router.fence;

import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Optional;
import org.datacapsule.common.config.Settings;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.drift.DriftKind;
import org.datacapsule.router.drift.DriftLog;
import org.datacapsule.router.drift.DriftLog.Open;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.migration.Eviction;
import org.datacapsule.router.migration.EvictionStore;

/**
 * Has hosts collect what is not theirs. By rule, an orphan is stopped and set aside after a grace, which loses nothing; what is set
 * aside goes when its capsule has been deleted. Any other file goes on an admin's word only.
 */
public final class CollectDrift {
    private static final String BY = "system:drift";

    private final Database database;
    private final DriftLog drift;
    private final EvictionStore evictions;
    private final AuditLog audit;
    private final Config config;

    /**
     * @param grace how long an orphan is left alone
     * @param keep how long what was settled is shown
     */
    public record Config(Duration grace, Duration keep) {

        public static Config from(Settings settings) {
            return new Config(
                    settings.duration(
                            "drift.grace",
                            "How long what a host has of a capsule that lives elsewhere is left alone, before it is stopped and"
                                    + " set aside; and what its network has of no capsule, before it is removed",
                            Duration.ofDays(3)),
                    settings.duration(
                            "drift.keep", "How long settled rows of /v1/drift are kept", Duration.ofDays(90)));
        }
    }

    public CollectDrift(Database database, DriftLog drift, EvictionStore evictions, AuditLog audit, Config config) {
        this.database = database;
        this.drift = drift;
        this.evictions = evictions;
        this.audit = audit;
        this.config = config;
    }

    /** An admin's word. */
    Reply collect(Call call) throws InterruptedException {
        long id = call.parameters().parsed("id", CollectDrift::number);
        return database.transaction(tx -> {
            Open open = drift.lock(tx, id).orElseThrow(() -> notFound(id));
            String doing = isCollected(tx, open, call.requestId()).orElseThrow(() -> notFound(id));
            audit.done(tx, call, open.capsule(), "drift " + id + " on host " + open.host() + ": " + doing);
            return Reply.ok(new JsonObject().put("id", id).put("done", doing));
        });
    }

    /** One that is due by rule; answers whether there was any. */
    public boolean sweepOne() throws InterruptedException {
        return database.transaction(tx -> {
            drift.forget(tx, config.keep());
            Optional<Open> orphan = drift.lockOldest(tx, DriftKind.ORPHAN, config.grace());
            Optional<Open> due = orphan.isPresent() ? orphan : drift.lockDeleted(tx, config.grace());
            return due.isPresent() && sweep(tx, due.get());
        });
    }

    private boolean sweep(Tx tx, Open open) throws InterruptedException {
        String request = "drift-" + open.id();
        Optional<String> doing = isCollected(tx, open, request);
        if (doing.isPresent()) {
            audit.noted(
                    tx,
                    BY,
                    request,
                    "drift_collected",
                    Optional.of(open.capsule()),
                    "host=" + open.host() + " " + doing.get());
        }
        return doing.isPresent();
    }

    /** What is being done; empty where there is nothing to collect. The host obeys a signed command, however often it is asked. */
    private Optional<String> isCollected(Tx tx, Open open, String request) throws InterruptedException {
        Optional<String> doing = switch (open.kind()) {
            case ORPHAN -> setAside(tx, open, request);
            case SET_ASIDE -> discard(tx, open, request);
            case STRANGER,
                    HOST_AWAY,
                    GUEST_GONE,
                    GUEST_FOUND,
                    MODE_MISMATCH,
                    PORT_TAKEN,
                    FILES_MISSING,
                    WAY_IN_LEFT,
                    ADDRESS_LEFT,
                    FILTER_LEFT -> Optional.empty();
        };
        if (doing.isPresent()) {
            drift.doing(tx, open.id(), doing.get());
        }
        return doing;
    }

    /** Asked once more under the capsule's lock: it may have become the host's own meanwhile. */
    private Optional<String> setAside(Tx tx, Open open, String request) throws InterruptedException {
        tx.first(
                "select from capsule where id = $1 for update",
                Tuple.of(open.capsule().value()),
                row -> true);
        String sql = """
                select case when c.state = 'DELETED' then c.generation else c.generation - 1 end as generation
                from capsule c
                where c.id = $1 and (c.host_id <> $2 or c.state = 'DELETED')
                  and not exists (select from migration m where m.capsule_id = c.id and m.finished_at is null
                                    and (m.source_host = $2 or m.target_host = $2))
                """;
        Optional<Long> generation =
                tx.first(sql, Tuple.of(open.capsule().value(), open.host().value()), row -> row.getLong("generation"));
        if (generation.isEmpty()) {
            return Optional.empty();
        }
        evictions.insert(tx, open.capsule(), open.host(), generation.get(), Eviction.Work.SET_ASIDE, request);
        return Optional.of("The host is told to stop it and to set its files aside.");
    }

    private Optional<String> discard(Tx tx, Open open, String request) throws InterruptedException {
        long generation = Long.parseLong(open.subject().substring(open.subject().lastIndexOf('.') + 1));
        evictions.discard(tx, open.capsule(), open.host(), generation, request);
        return Optional.of("The host is told to remove the files for good.");
    }

    private static Long number(String text) {
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("is not the number of a row of /v1/drift", e);
        }
    }

    private static ProblemException notFound(long id) {
        return new ProblemException(
                ErrorCode.DRIFT_NOT_FOUND,
                "Row " + id
                        + " of /v1/drift is not open, or is none that has something to collect (ORPHAN, SET_ASIDE).");
    }
}

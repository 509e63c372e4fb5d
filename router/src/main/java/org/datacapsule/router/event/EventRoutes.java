package org.datacapsule.router.event;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.http.TokenRole;

/** /v1/events: what happened to the caller's capsules; waits for it when asked to. */
public final class EventRoutes {
    private static final int MANY = 100;

    private final Database database;
    private final EventFeed feed;
    private final EventStore store = new EventStore();
    private final Semaphore mayWait;

    /** @param mostWaiting how many requests may wait at once; others are answered without waiting */
    public EventRoutes(Database database, EventFeed feed, int mostWaiting) {
        this.database = database;
        this.feed = feed;
        this.mayWait = new Semaphore(mostWaiting);
    }

    public void register(Endpoints endpoints) {
        endpoints.serve("listEvents", this::list);
    }

    private Reply list(Call call) throws InterruptedException {
        boolean all = call.parameters().optionalFlag("all").orElse(false);
        if (all && !call.caller().hasAny(TokenRole.OPERATOR, TokenRole.ADMIN)) {
            throw new ProblemException(
                    ErrorCode.AUTH_FORBIDDEN,
                    "all=true is for operators and admins; leave it out for your own capsules.");
        }
        boolean reviews = call.parameters().optionalFlag("reviews").orElse(false);
        if (reviews && !call.caller().hasAny(TokenRole.REVIEWER, TokenRole.ADMIN)) {
            throw new ProblemException(
                    ErrorCode.AUTH_FORBIDDEN,
                    "reviews=true is for reviewers and admins; leave it out for your own capsules.");
        }
        OptionalLong after = call.parameters().optionalLong("after");
        if (after.isEmpty()) {
            return Reply.ok(new Answer(List.of(), database.read(store::head)).json());
        }
        int limit = call.parameters().optionalInteger("limit").orElse(MANY);
        Duration wait =
                Duration.ofSeconds(call.parameters().optionalInteger("wait").orElse(0));
        String user = call.caller().guid();
        Read read = tx -> {
            if (all) {
                return store.all(tx, after.getAsLong(), limit);
            }
            return reviews
                    ? store.ofReviews(tx, user, after.getAsLong(), limit)
                    : store.ofMember(tx, user, after.getAsLong(), limit);
        };
        return Reply.ok(await(read, after.getAsLong(), limit, wait).json());
    }

    @FunctionalInterface
    private interface Read {
        List<JsonObject> from(Tx tx) throws InterruptedException;
    }

    /** @param next what to ask after: nothing up to it is still to come */
    private record Answer(List<JsonObject> events, long next) {
        JsonObject json() {
            return new JsonObject().put("events", new JsonArray(events)).put("next", next);
        }
    }

    private Answer await(Read read, long after, int limit, Duration wait) throws InterruptedException {
        long deadline = System.nanoTime() + wait.toNanos();
        Answer answer = read(read, after, limit);
        if (!answer.events().isEmpty() || wait.isZero() || !mayWait.tryAcquire()) {
            return answer;
        }
        try {
            while (answer.events().isEmpty() && !feed.isClosed() && System.nanoTime() < deadline) {
                feed.await(answer.next(), Duration.ofNanos(deadline - System.nanoTime()));
                answer = read(read, after, limit);
            }
            return answer;
        } finally {
            mayWait.release();
        }
    }

    /** The head is read first: what is published between the two statements is read now, or comes after the head. */
    private Answer read(Read read, long after, int limit) throws InterruptedException {
        long head = database.read(store::head);
        List<JsonObject> events = database.read(read::from);
        long last = events.isEmpty() ? after : events.getLast().getLong("id");
        return new Answer(events, events.size() == limit ? last : Math.max(last, head));
    }
}

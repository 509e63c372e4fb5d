package org.datacapsule.router.fence;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.HostId;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.fence.FenceStore.Fenced;
import org.datacapsule.router.fence.FenceStore.Standing;
import org.datacapsule.router.fence.Fencing.Result;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that a host which is not heard of is off, by the operator's command or by a person's word. What is begun stands in
 * the database; a router that dies before it knows the end leaves it unknown, and to ask again begins anew.
 */
public final class FenceHost {
    private static final Logger LOG = LoggerFactory.getLogger(FenceHost.class);
    private static final String STATEMENT = "machineIsOff";
    /** From the end of the command to its result's commit. */
    private static final Duration TO_COMMIT = Duration.ofSeconds(30);

    private final Database database;
    private final FenceStore fences = new FenceStore();
    private final Fencing command;
    private final AuditLog audit;

    public FenceHost(Database database, Fencing command, AuditLog audit) {
        this.database = database;
        this.command = command;
        this.audit = audit;
    }

    /** What is left to do after the first transaction. */
    private sealed interface Begun {
        /** Nothing. */
        record Ended(Reply reply) implements Begun {}

        record Running(long epoch) implements Begun {}
    }

    public Reply fence(Call call) throws InterruptedException {
        HostId host = call.parameters().parsed("id", HostId::new);
        Optional<String> statement = call.parameters().optionalText(STATEMENT);
        if (statement.isPresent() && !statement.get().equals(host.value())) {
            throw Parameters.invalid(
                    STATEMENT, "must be the host's name, " + host + ", to say that this very machine is off");
        }
        return switch (database.transaction(tx -> begin(tx, call, host, statement.isPresent()))) {
            case Begun.Ended ended -> ended.reply();
            case Begun.Running running -> run(call, host, running.epoch());
        };
    }

    private Begun begin(Tx tx, Call call, HostId host, boolean isOff) throws InterruptedException {
        Fenced now = fences.lock(tx, host)
                .orElseThrow(() -> new ProblemException(
                        ErrorCode.HOST_NOT_FOUND, "There is no host " + host + "; /v1/hosts lists those there are."));
        return switch (now.standing()) {
            case FENCED, FENCING -> new Begun.Ended(reply(host, now.standing(), Optional.empty()));
            case UP ->
                throw new ProblemException(
                        ErrorCode.HOST_NOT_DOWN,
                        "Host " + host + " is UP. To empty it, drain it; to fence it, wait until it is DOWN.");
            case DOWN, UNKNOWN -> begin(tx, call, host, isOff ? Optional.of(STATEMENT) : Optional.empty());
        };
    }

    private Begun begin(Tx tx, Call call, HostId host, Optional<String> statement) throws InterruptedException {
        if (statement.isPresent()) {
            fences.state(tx, host, call.caller().guid());
            audit.done(
                    tx,
                    call,
                    "host " + host + " fenced: stated to be off by "
                            + call.caller().guid());
            return new Begun.Ended(reply(host, Standing.FENCED, Optional.empty()));
        }
        if (!command.isThere()) {
            throw new ProblemException(
                    ErrorCode.HOST_FENCE_FAILED,
                    "No hosts.fence-command is configured. When the machine is off for certain, say so with "
                            + STATEMENT + "=" + host + ".");
        }
        long epoch =
                fences.begin(tx, host, call.caller().guid(), command.timeout().plus(TO_COMMIT));
        audit.done(tx, call, "host " + host + " fence command begun, epoch " + epoch);
        return new Begun.Running(epoch);
    }

    private Reply run(Call call, HostId host, long epoch) throws InterruptedException {
        Result result = command.run(host);
        LOG.atWarn()
                .addKeyValue("hostId", host)
                .addKeyValue("requestId", call.requestId())
                .addKeyValue("exitCode", result.exitCode())
                .log("fence command ended");
        boolean counts = database.transaction(tx -> end(tx, call, host, epoch, result));
        if (result.isOff() && counts) {
            return reply(host, Standing.FENCED, Optional.of(result));
        }
        throw new ProblemException(
                ErrorCode.HOST_FENCE_FAILED,
                result.isOff()
                        ? "The fence command took too long to count; ask again."
                        : "The fence command ended with " + result.exitCode() + ", so host " + host
                                + " does not count as off. It said: " + result.output());
    }

    /** Answers whether it was in time. */
    private boolean end(Tx tx, Call call, HostId host, long epoch, Result result) throws InterruptedException {
        Optional<Fenced> now = fences.lock(tx, host);
        boolean counts = now.filter(it -> it.epoch() == epoch && it.standing() == Standing.FENCING)
                .isPresent();
        if (counts) {
            fences.end(tx, host, epoch, result);
        }
        audit.done(
                tx,
                call,
                "host " + host + " fence command ended with " + result.exitCode()
                        + (counts ? "" : ", too late to count"));
        return counts;
    }

    private static Reply reply(HostId host, Standing standing, Optional<Result> result) {
        return Reply.ok(new JsonObject()
                .put("id", host.value())
                .put("state", standing.name())
                .put("exitCode", result.map(Result::exitCode).orElse(null))
                .put("output", result.map(Result::output).orElse(null)));
    }
}

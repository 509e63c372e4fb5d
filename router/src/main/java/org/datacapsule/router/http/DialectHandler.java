package org.datacapsule.router.http;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request of a dialect, from its body to its answer: the same way as {@link RequestHandler}'s, with the caller and the
 * failures worded as the dialect does.
 */
final class DialectHandler {
    private static final Logger LOG = LoggerFactory.getLogger(DialectHandler.class);
    private static final String NO_TEMPLATE = "-";
    private static final Pattern AUTHORITY =
            Pattern.compile("[A-Za-z0-9._-]+(:\\d{1,5})?|\\[[0-9A-Fa-f:.]+](:\\d{1,5})?");

    private final Vertx vertx;
    private final HttpConfig config;
    private final RunningRequests requests;
    private final ErrorRenderer errors;
    private final RefusalLog refusals;
    private final BodyReader bodies;
    private final Transfers transfers;

    DialectHandler(
            Vertx vertx,
            HttpConfig config,
            RunningRequests requests,
            ErrorRenderer errors,
            RefusalLog refusals,
            Transfers transfers) {
        this.vertx = vertx;
        this.config = config;
        this.requests = requests;
        this.errors = errors;
        this.refusals = refusals;
        this.bodies = new BodyReader(vertx, config.maxBody(), config.bodyTimeout());
        this.transfers = transfers;
    }

    /** A request and where it leads. */
    private record Asked(
            Dialect dialect,
            DialectRoute route,
            Exchange exchange,
            DialectRequest request,
            Optional<StreamInput> stream) {
        String operation() {
            return dialect.name() + "." + route.operation();
        }

        Asked with(Buffer body) {
            return new Asked(
                    dialect,
                    route,
                    exchange,
                    new DialectRequest(
                            request.method(),
                            request.origin(),
                            request.path(),
                            request.pathValues(),
                            request.query(),
                            request.headers(),
                            body,
                            request.requestId()),
                    stream);
        }

        Unknown unknown() {
            return new Unknown(operation(), clientAddress(), exchange.requestId());
        }

        String clientAddress() {
            return exchange.request().remoteAddress().host();
        }
    }

    void handle(Dialect dialect, DialectRoute route, RoutingContext context) {
        Exchange exchange = Exchange.begin(vertx, context.request(), route.path());
        Optional<StreamInput> stream = route.isStreamed() ? Optional.of(exchange.stream()) : Optional.empty();
        Asked asked = new Asked(dialect, route, exchange, head(exchange, context, List.of()), stream);
        try {
            requests.admit();
        } catch (ProblemException stopping) {
            fail(asked, stopping);
            return;
        }
        try {
            Asked read = new Asked(dialect, route, exchange, head(exchange, context, query(context.request())), stream);
            Future<Buffer> whole =
                    stream.isEmpty() ? bodies.read(context.request()) : Future.succeededFuture(Buffer.buffer());
            whole.onSuccess(body -> dispatch(read.with(body))).onFailure(failure -> failUnknown(read, failure));
        } catch (ProblemException refusal) {
            failUnknown(asked, refusal);
        }
    }

    void refuseVerb(Dialect dialect, RoutingContext context, String allowed) {
        context.response().putHeader("Allow", allowed);
        refuse(
                dialect,
                context,
                new ProblemException(
                        ErrorCode.REQUEST_METHOD_NOT_ALLOWED,
                        "The path does not have this verb; it has " + allowed + "."));
    }

    void refusePath(Dialect dialect, RoutingContext context) {
        refuse(
                dialect,
                context,
                new ProblemException(ErrorCode.REQUEST_NOT_FOUND, "There is no such path in this API."));
    }

    private void refuse(Dialect dialect, RoutingContext context, ProblemException refusal) {
        requests.begin();
        Exchange exchange = Exchange.begin(vertx, context.request(), NO_TEMPLATE);
        exchange.answer(dialect.refusal(head(exchange, context, List.of()), refusal.problem()))
                .onComplete(written -> requests.ended());
    }

    private void dispatch(Asked asked) {
        try {
            requests.run(() -> run(asked));
        } catch (ProblemException full) {
            fail(asked, full);
        }
    }

    private void run(Asked asked) {
        try {
            switch (serve(asked)) {
                case DialectAnswer answer -> asked.exchange().answer(answer).onComplete(written -> requests.ended());
                case DialectStream stream -> {
                    stream(asked.exchange(), stream);
                    requests.ended();
                }
                case FileReply file -> {
                    transfers.send(asked.exchange(), file);
                    requests.ended();
                }
            }
        } catch (Throwable failure) {
            // An Error of one request must not leave its client without an answer.
            fail(asked, failure);
        }
    }

    private static void stream(Exchange exchange, DialectStream stream) throws InterruptedException {
        exchange.begin(stream.status(), stream.contentType(), stream.headers());
        try {
            stream.content().writeTo(piece -> exchange.write(Buffer.buffer(piece)));
            exchange.end();
        } catch (ExecutionException | RuntimeException e) {
            LOG.atInfo()
                    .addKeyValue("requestId", exchange.requestId())
                    .addKeyValue("cause", e.toString())
                    .log("an answer was not written to its end");
            exchange.breakOff();
        }
    }

    private DialectReply serve(Asked asked) throws InterruptedException {
        Caller caller = caller(asked);
        asked.exchange().isFrom(caller);
        Call call = call(asked, caller);
        try {
            DialectRoute.Endpoint endpoint = asked.route().endpoint();
            DialectReply reply = asked.route().isStreamed()
                    ? transfers.receive(() -> endpoint.handle(asked.request(), call))
                    : endpoint.handle(asked.request(), call);
            if (reply instanceof DialectAnswer answer && answer.refused().isPresent()) {
                refusals.refused(call, answer.refused().get());
            }
            return reply;
        } catch (ProblemException refusal) {
            switch (asked.route().access()) {
                case OPEN -> refusals.refusedUnknown(asked.unknown(), refusal.problem());
                case COMMAND -> refusals.refused(call, refusal.problem());
                case READ -> {
                    // That somebody looked for what is not there is no news.
                }
            }
            throw refusal;
        }
    }

    private Caller caller(Asked asked) throws InterruptedException {
        if (asked.route().access() == DialectRoute.Access.OPEN) {
            return Caller.ANYBODY;
        }
        try {
            return asked.dialect().caller(asked.request());
        } catch (ProblemException refusal) {
            refusals.refusedUnknown(asked.unknown(), refusal.problem());
            throw refusal;
        }
    }

    /** What the request says stands in the parameters, so that a repeated Idempotency-Key can be told from another request. */
    private static Call call(Asked asked, Caller caller) {
        DialectRequest request = asked.request();
        JsonObject said = new JsonObject()
                .put("path", request.path())
                .put("query", request.query().toString())
                .put("body", request.body().toString(StandardCharsets.ISO_8859_1));
        return new Call(
                asked.operation(),
                caller,
                new Parameters(said),
                asked.exchange().requestId(),
                asked.clientAddress(),
                IdempotencyKey.of(request.headers().getAll(IdempotencyKey.HEADER)),
                asked.stream()
                        .map(stream -> RequestBody.incoming(asked.exchange().request(), stream)));
    }

    private void failUnknown(Asked asked, Throwable failure) {
        if (failure instanceof ProblemException refusal) {
            refusals.refusedUnknown(asked.unknown(), refusal.problem());
        }
        fail(asked, failure);
    }

    private void fail(Asked asked, Throwable failure) {
        asked.exchange()
                .answer(asked.dialect()
                        .refusal(
                                asked.request(),
                                errors.problem(failure, asked.exchange().requestId())))
                .onComplete(written -> requests.ended());
    }

    private DialectRequest head(Exchange exchange, RoutingContext context, List<DialectRequest.QueryValue> query) {
        HttpServerRequest request = context.request();
        String path = Objects.requireNonNullElse(request.path(), "");
        return new DialectRequest(
                request.method(),
                origin(request),
                path.startsWith(config.basePath())
                        ? path.substring(config.basePath().length())
                        : path,
                Map.copyOf(context.pathParams()),
                query,
                MultiMap.caseInsensitiveMultiMap().addAll(request.headers()),
                Buffer.buffer(),
                exchange.requestId());
    }

    /** @throws ProblemException when the query is no form, or has what no text has */
    private static List<DialectRequest.QueryValue> query(HttpServerRequest request) {
        List<DialectRequest.QueryValue> values = new ArrayList<>();
        for (Given given : FormEncoding.parseQuery(Objects.requireNonNullElse(request.query(), ""))) {
            String value = String.valueOf(given.value());
            if (given.name().indexOf('\0') >= 0 || value.indexOf('\0') >= 0) {
                throw new ProblemException(ErrorCode.REQUEST_MALFORMED, "The query has a NUL.");
            }
            values.add(new DialectRequest.QueryValue(given.name(), value));
        }
        return List.copyOf(values);
    }

    /** The Host header is the client's word: it comes back to that client only, and only where it looks like one. */
    private String origin(HttpServerRequest request) {
        if (config.publicUrl().isPresent()) {
            return config.publicUrl().get().toString();
        }
        String own =
                request.localAddress().host() + ":" + request.localAddress().port();
        String authority = Optional.ofNullable(request.authority())
                .map(HostAndPort::toString)
                .filter(named -> AUTHORITY.matcher(named).matches())
                .orElse(own);
        return (config.tls().isPresent() ? "https://" : "http://") + authority + config.basePath();
    }
}

package org.datacapsule.router.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/**
 * A request's whole life: the body is read on the event loop; everything after that, from checking the token to the
 * endpoint, is sequential code on a virtual thread of the request's own.
 */
final class RequestHandler {
    private static final String NO_TEMPLATE = "-";

    private final Vertx vertx;
    private final RunningRequests requests;
    private final Endpoints endpoints;
    private final Authenticator authenticator;
    private final ErrorRenderer errors;
    private final RefusalLog refusals;
    private final BodyReader bodies;
    private final Transfers transfers;

    RequestHandler(
            Vertx vertx,
            HttpConfig config,
            RunningRequests requests,
            Endpoints endpoints,
            Authenticator authenticator,
            ErrorRenderer errors,
            RefusalLog refusals,
            Transfers transfers) {
        this.vertx = vertx;
        this.requests = requests;
        this.endpoints = endpoints;
        this.authenticator = authenticator;
        this.errors = errors;
        this.refusals = refusals;
        this.bodies = new BodyReader(vertx, config.maxBody(), config.bodyTimeout());
        this.transfers = transfers;
    }

    /** What a virtual thread needs of a request; taken on the event loop. */
    private record Arrived(
            Operation operation,
            Optional<String> token,
            Map<String, String> pathValues,
            Optional<String> query,
            Buffer body,
            Optional<StreamInput> stream) {}

    void handle(Operation operation, RoutingContext context) {
        Exchange exchange = Exchange.begin(vertx, context.request(), operation.path());
        Optional<StreamInput> stream = operation.streamed() ? Optional.of(exchange.stream()) : Optional.empty();
        try {
            requests.admit();
        } catch (ProblemException stopping) {
            fail(exchange, stopping);
            return;
        }
        try {
            HttpServerRequest request = context.request();
            Optional<String> token = operation.secured()
                    ? Optional.of(BearerToken.of(request.headers().getAll("Authorization")))
                    : Optional.empty();
            Map<String, String> pathValues = Map.copyOf(context.pathParams());
            Optional<String> query = Optional.ofNullable(request.query());
            Future<Buffer> body = operation.hasBody() && stream.isEmpty()
                    ? bodies.read(request)
                    : Future.succeededFuture(Buffer.buffer());
            body.onSuccess(read -> dispatch(exchange, new Arrived(operation, token, pathValues, query, read, stream)))
                    .onFailure(failure -> failUnknown(exchange, operation, failure));
        } catch (ProblemException refusal) {
            failUnknown(exchange, operation, refusal);
        }
    }

    private void failUnknown(Exchange exchange, Operation operation, Throwable failure) {
        if (failure instanceof ProblemException refusal) {
            refusals.refusedUnknown(unknown(exchange, operation), refusal.problem());
        }
        fail(exchange, failure);
    }

    private static Unknown unknown(Exchange exchange, Operation operation) {
        return new Unknown(
                operation.endpoint(), exchange.request().remoteAddress().host(), exchange.requestId());
    }

    /** What is no HTTP request. */
    void refuseInvalid(HttpServerRequest request) {
        refuse(
                request,
                new ProblemException(
                        ErrorCode.REQUEST_MALFORMED,
                        "The request line or a header is too long, or not as HTTP has it."));
    }

    /** Whether a request's path can be read; vertx-web logs a stack trace for each that cannot. */
    boolean admitsPath(HttpServerRequest request) {
        try {
            String path = request.path();
            FormEncoding.decodeSegment(path == null ? "" : path);
            return true;
        } catch (ProblemException refusal) {
            refuse(request, refusal);
            return false;
        }
    }

    void refuse(HttpServerRequest request, Throwable failure) {
        requests.begin();
        fail(Exchange.begin(vertx, request, NO_TEMPLATE), failure);
    }

    private void dispatch(Exchange exchange, Arrived arrived) {
        try {
            requests.run(() -> run(exchange, arrived));
        } catch (ProblemException full) {
            fail(exchange, full);
        }
    }

    private void run(Exchange exchange, Arrived arrived) {
        try {
            switch (serve(exchange, arrived)) {
                case Reply reply -> exchange.answer(reply).onComplete(written -> requests.ended());
                case WrittenReply reply -> exchange.answer(reply).onComplete(written -> requests.ended());
                case FileReply file -> transfer(exchange, file);
            }
        } catch (Throwable failure) {
            // An Error of one request, a stack overflow say, must not leave its client without an answer.
            fail(exchange, failure);
        }
    }

    private void transfer(Exchange exchange, FileReply file) throws InterruptedException, IOException {
        transfers.send(exchange, file);
        requests.ended();
    }

    private Success serve(Exchange exchange, Arrived arrived) throws InterruptedException {
        Caller caller = caller(exchange, arrived);
        exchange.isFrom(caller);
        Call call = new Call(
                arrived.operation().endpoint(),
                caller,
                new Parameters(new JsonObject()),
                exchange.requestId(),
                exchange.request().remoteAddress().host(),
                Optional.empty());
        try {
            requireRole(arrived.operation(), caller);
            call = read(call, arrived, exchange.request());
            Endpoint endpoint = endpoints.find(call.operation()).orElseThrow();
            Call whole = call;
            return arrived.operation().streamed()
                    ? transfers.receive(() -> endpoint.handle(whole))
                    : endpoint.handle(call);
        } catch (ProblemException refusal) {
            if (arrived.token().isEmpty()) {
                refusals.refusedUnknown(unknown(exchange, arrived.operation()), refusal.problem());
            } else if (arrived.operation().command()) {
                refusals.refused(call, refusal.problem());
            }
            throw refusal;
        }
    }

    private Caller caller(Exchange exchange, Arrived arrived) {
        try {
            return arrived.token().isPresent()
                    ? authenticator.authenticate(arrived.token().get())
                    : Caller.ANYBODY;
        } catch (ProblemException refusal) {
            refusals.refusedUnknown(unknown(exchange, arrived.operation()), refusal.problem());
            throw refusal;
        }
    }

    private static void requireRole(Operation operation, Caller caller) {
        if (!operation.admits(caller)) {
            throw new ProblemException(
                    operation.roleRefusal(),
                    "The token has none of the roles this needs: " + operation.tokenRoles() + ".");
        }
    }

    private static Call read(Call call, Arrived arrived, HttpServerRequest request) {
        Optional<String> idempotencyKey = IdempotencyKey.of(request.headers().getAll(IdempotencyKey.HEADER));
        Parameters parameters = RequestReader.read(arrived.operation(), given(arrived, request));
        return new Call(
                call.operation(),
                call.caller(),
                parameters,
                call.requestId(),
                call.clientAddress(),
                idempotencyKey,
                arrived.stream().map(stream -> RequestBody.incoming(request, stream)));
    }

    private static List<Given> given(Arrived arrived, HttpServerRequest request) {
        List<Given> given = new ArrayList<>();
        arrived.pathValues().forEach((name, value) -> given.add(Given.text(name, Location.PATH, value)));
        if (arrived.operation().takes(Location.QUERY)) {
            arrived.query().map(FormEncoding::parseQuery).ifPresent(given::addAll);
        }
        if (arrived.operation().hasBody() && !arrived.operation().streamed()) {
            given.addAll(RequestBody.parse(
                    Optional.ofNullable(request.getHeader("Content-Type")),
                    arrived.body().getBytes()));
        }
        return given;
    }

    private void fail(Exchange exchange, Throwable failure) {
        exchange.answer(errors.render(failure, exchange.requestId())).onComplete(written -> requests.ended());
    }
}

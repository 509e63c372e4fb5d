package org.datacapsule.router.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/** The HTTP server: routes what the contract has to the endpoints, and answers everything else with an error. */
public final class ApiServer {
    private static final int MAX_HEADER = 16 * 1024;
    private static final int MAX_REQUEST_LINE = 8 * 1024;
    private static final int IDLE_SECONDS = 120;
    private static final int LARGEST_PIECE = 64 * 1024;

    private final HttpConfig config;
    private final Contract contract;
    private final RunningRequests requests;
    private final RequestHandler handler;
    private final DialectHandler dialectHandler;
    private final List<Dialect> dialects;
    private final ServicePages pages;
    private final Vertx vertx;
    private final HttpServer server;

    /**
     * @param endpoints one for each operation of the contract but the pages of the server's own, and no other
     * @param dialects APIs beside the contract's, which has the first say on every path
     * @param checks what must be up for {@code /health/ready}, by name; they run on virtual threads and may block
     * @throws IllegalStateException when contract and endpoints do not fit
     */
    public ApiServer(
            Vertx vertx,
            HttpConfig config,
            Contract contract,
            Endpoints endpoints,
            List<Dialect> dialects,
            Authenticator authenticator,
            ErrorRenderer errors,
            RefusalLog refusals,
            Map<String, Callable<Boolean>> checks) {
        requireOneEach(contract.endpoints(), endpoints.operations());
        this.vertx = vertx;
        this.config = config;
        this.contract = contract;
        this.requests = new RunningRequests(vertx, config.maxConcurrent());
        Transfers transfers = new Transfers(config.maxConcurrent());
        this.handler =
                new RequestHandler(vertx, config, requests, endpoints, authenticator, errors, refusals, transfers);
        this.dialectHandler = new DialectHandler(vertx, config, requests, errors, refusals, transfers);
        this.dialects = List.copyOf(dialects);
        this.pages = new ServicePages(vertx, contract, new Readiness(checks, requests::draining));
        this.server = vertx.createHttpServer(options(config));
    }

    /** @return the port it listens on */
    public Future<Integer> start() {
        Router router = router();
        return server.requestHandler(request -> {
                    if (handler.admitsPath(request)) {
                        router.handle(request);
                    }
                })
                .invalidRequestHandler(handler::refuseInvalid)
                .listen()
                .map(HttpServer::actualPort);
    }

    /** Refuses new requests, lets those that run come to an end within {@code http.drain}, then closes. */
    public Future<Void> close() {
        return requests.drain(config.drain())
                .eventually(() -> server.shutdown(1, TimeUnit.SECONDS))
                .onComplete(done -> requests.close());
    }

    private Router router() {
        Router router = Router.router(vertx);
        contract.operations()
                .forEach(operation -> router.route(operation.method(), route(operation.path()))
                        .handler(context -> serve(operation, context)));
        Map<String, Set<String>> verbs = contract.operations().stream()
                .collect(Collectors.groupingBy(
                        Operation::path,
                        Collectors.mapping(
                                operation -> operation.method().name(), Collectors.toCollection(TreeSet::new))));
        verbs.forEach((path, allowed) ->
                router.route(route(path)).handler(context -> refuseVerb(context, String.join(", ", allowed))));
        dialects.forEach(dialect -> mount(dialect, router));
        router.route()
                .handler(context -> handler.refuse(
                        context.request(),
                        new ProblemException(
                                ErrorCode.REQUEST_NOT_FOUND, "There is no such path; see /openapi.yaml.")));
        router.route().failureHandler(context -> handler.refuse(context.request(), failure(context)));
        return router;
    }

    private void mount(Dialect dialect, Router router) {
        dialect.routes()
                .forEach(route -> router.route(route.method(), route(route.path()))
                        .handler(context -> dialectHandler.handle(dialect, route, context)));
        Map<String, Set<String>> verbs = dialect.routes().stream()
                .collect(Collectors.groupingBy(
                        DialectRoute::path,
                        Collectors.mapping(route -> route.method().name(), Collectors.toCollection(TreeSet::new))));
        verbs.forEach((path, allowed) -> router.route(route(path))
                .handler(context -> dialectHandler.refuseVerb(dialect, context, String.join(", ", allowed))));
        dialect.prefixes()
                .forEach(prefix -> router.route(config.basePath() + prefix + "/*")
                        .handler(context -> dialectHandler.refusePath(dialect, context)));
    }

    private void serve(Operation operation, RoutingContext context) {
        if (operation.needsEndpoint()) {
            handler.handle(operation, context);
        } else {
            pages.serve(operation, context);
        }
    }

    private void refuseVerb(RoutingContext context, String allowed) {
        context.response().putHeader("Allow", allowed);
        handler.refuse(
                context.request(),
                new ProblemException(
                        ErrorCode.REQUEST_METHOD_NOT_ALLOWED,
                        "The path does not have this verb; it has " + allowed + "."));
    }

    private static Throwable failure(RoutingContext context) {
        Throwable failure = context.failure();
        return failure == null ? new IllegalStateException("vertx-web failed with " + context.statusCode()) : failure;
    }

    /** vertx-web writes a path's parameters as {@code :name}. */
    private String route(String path) {
        return config.basePath() + path.replaceAll("\\{(\\w+)}", ":$1");
    }

    private static HttpServerOptions options(HttpConfig config) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setMaxHeaderSize(MAX_HEADER)
                .setMaxInitialLineLength(MAX_REQUEST_LINE)
                .setIdleTimeout(IDLE_SECONDS)
                .setMaxChunkSize(LARGEST_PIECE)
                .setHandle100ContinueAutomatically(true)
                // One protocol is one parser to trust; a front end that wants HTTP/2 ends it at its load balancer.
                .setHttp2ClearTextEnabled(false)
                .setUseAlpn(false);
        config.tls()
                .ifPresent(tls -> options.setSsl(true)
                        .setKeyCertOptions(new PemKeyCertOptions()
                                .addCertPath(tls.certificate().toString())
                                .addKeyPath(tls.key().toString())));
        return options;
    }

    private static void requireOneEach(Set<String> operations, Set<String> served) {
        Set<String> missing = new TreeSet<>(operations);
        missing.removeAll(served);
        Set<String> unknown = new TreeSet<>(served);
        unknown.removeAll(operations);
        if (!missing.isEmpty() || !unknown.isEmpty()) {
            throw new IllegalStateException("contract and endpoints do not fit: without an endpoint " + missing
                    + ", not in the contract " + unknown);
        }
    }
}

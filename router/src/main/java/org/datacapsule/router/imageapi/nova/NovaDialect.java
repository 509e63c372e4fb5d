package org.datacapsule.router.imageapi.nova;

import io.vertx.core.http.HttpMethod;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.account.SignIn;
import org.datacapsule.router.http.Authenticator;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.Dialect;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.DialectRoute;
import org.datacapsule.router.http.DialectRoute.Access;
import org.datacapsule.router.image.ImageDesk;

/** OpenStack Nova's images (seed 001) at {@code /v2.1} and {@code /v2}, and the small Keystone at {@code /v3}. */
public final class NovaDialect implements Dialect {
    private static final List<String> VERSIONS = List.of("v2.1", "v2");
    private static final String IDENTITY = "/v3";
    private static final String TOKEN = "X-Auth-Token";

    private final Authenticator tokens;
    private final Keystone keystone;
    private final NovaImages images;
    private final NovaMetadata metadata;

    public NovaDialect(ImageDesk desk, Authenticator tokens, SignIn signIn) {
        MetadataStore store = new MetadataStore();
        this.tokens = tokens;
        this.keystone = new Keystone(tokens, signIn, InstantSource.system());
        this.images = new NovaImages(desk, store);
        this.metadata = new NovaMetadata(desk, store);
    }

    @Override
    public String name() {
        return "nova";
    }

    @Override
    public List<String> prefixes() {
        return List.of("/v2.1", "/v2", IDENTITY);
    }

    @Override
    public List<DialectRoute> routes() {
        List<DialectRoute> routes = new ArrayList<>();
        VERSIONS.forEach(version -> addVersion(routes, version));
        routes.add(new DialectRoute(
                HttpMethod.GET,
                IDENTITY,
                "identityVersion",
                Access.OPEN,
                (request, call) -> DialectAnswer.json(200, Versions.identity(request.origin()))));
        routes.add(new DialectRoute(
                HttpMethod.POST,
                IDENTITY + "/auth/tokens",
                "authenticate",
                Access.OPEN,
                (request, call) -> keystone.authenticate(request, request.origin())));
        return routes;
    }

    @Override
    public Caller caller(DialectRequest request) {
        String token = request.header(TOKEN)
                .orElseThrow(() -> new ProblemException(
                        ErrorCode.AUTH_TOKEN_MISSING,
                        "The request you have made requires authentication: send a token in " + TOKEN + "."));
        return tokens.authenticate(token);
    }

    @Override
    public DialectAnswer refusal(DialectRequest request, Problem problem) {
        String identity = request.origin() + IDENTITY;
        if (request.path().equals(IDENTITY) || request.path().startsWith(IDENTITY + "/")) {
            return Fault.keystone(problem, identity);
        }
        if (Fault.status(problem) == 401) {
            return headed(request, Fault.keystone(problem, identity));
        }
        return headed(request, Fault.nova(problem));
    }

    /** An endpoint of images or metadata. */
    @FunctionalInterface
    private interface Serving {
        DialectAnswer serve(DialectRequest request, Call call, NovaJson json) throws InterruptedException;
    }

    private void addVersion(List<DialectRoute> routes, String version) {
        String root = "/" + version;
        String all = root + "/images";
        String one = all + "/{id}";
        String items = one + "/metadata";
        String item = items + "/{key}";
        routes.add(new DialectRoute(
                HttpMethod.GET,
                root,
                "version",
                Access.OPEN,
                (request, call) ->
                        headed(request, DialectAnswer.json(200, Versions.compute(request.origin(), version)))));
        int last = Microversion.LAST_WITH_IMAGES;
        routes.add(read(all, "listImages", version, last, images::list));
        routes.add(read(all + "/detail", "listImagesDetail", version, last, images::detail));
        routes.add(read(one, "showImage", version, last, images::show));
        routes.add(command(
                HttpMethod.DELETE,
                one,
                "deleteImage",
                version,
                last,
                (request, call, json) -> images.delete(request, call)));
        int withMetadata = Microversion.LAST_WITH_METADATA;
        routes.add(read(
                items, "listMetadata", version, withMetadata, (request, call, json) -> metadata.list(request, call)));
        routes.add(read(
                item, "showMetadata", version, withMetadata, (request, call, json) -> metadata.item(request, call)));
        routes.add(command(
                HttpMethod.POST,
                items,
                "createMetadata",
                version,
                withMetadata,
                (request, call, json) -> metadata.merge(request, call)));
        routes.add(command(
                HttpMethod.PUT,
                items,
                "replaceMetadata",
                version,
                withMetadata,
                (request, call, json) -> metadata.replace(request, call)));
        routes.add(command(
                HttpMethod.PUT,
                item,
                "setMetadata",
                version,
                withMetadata,
                (request, call, json) -> metadata.setItem(request, call)));
        routes.add(command(
                HttpMethod.DELETE,
                item,
                "deleteMetadata",
                version,
                withMetadata,
                (request, call, json) -> metadata.removeItem(request, call)));
    }

    private DialectRoute read(String path, String operation, String version, int last, Serving serving) {
        return new DialectRoute(HttpMethod.GET, path, operation, Access.READ, endpoint(version, last, serving));
    }

    private DialectRoute command(
            HttpMethod method, String path, String operation, String version, int last, Serving serving) {
        return new DialectRoute(method, path, operation, Access.COMMAND, endpoint(version, last, serving));
    }

    private DialectRoute.Endpoint endpoint(String version, int last, Serving serving) {
        return (request, call) -> {
            Microversion.of(request).requireAtMost(last);
            return headed(request, serving.serve(request, call, new NovaJson(request.origin(), version)));
        };
    }

    /** What every answer of Nova has; a version that cannot be read is answered as the least. */
    private static DialectAnswer headed(DialectRequest request, DialectAnswer answer) {
        Microversion version;
        try {
            version = Microversion.of(request);
        } catch (ProblemException unreadable) {
            version = Microversion.LEAST;
        }
        return answer.with(Map.of(
                Microversion.HEADER,
                "compute " + version,
                Microversion.OLD_HEADER,
                version.toString(),
                "Vary",
                Microversion.HEADER + ", " + Microversion.OLD_HEADER,
                "X-Openstack-Request-Id",
                "req-" + request.requestId()));
    }
}

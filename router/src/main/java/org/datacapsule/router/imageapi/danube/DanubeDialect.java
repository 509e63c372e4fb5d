package org.datacapsule.router.imageapi.danube;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.account.SignIn;
import org.datacapsule.router.http.Authenticator;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.Dialect;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.DialectRoute;
import org.datacapsule.router.http.DialectRoute.Access;
import org.datacapsule.router.image.ImageDesk;
import org.datacapsule.router.image.intake.IntakeParts;
import org.datacapsule.router.image.source.ImageSource;

/** Danube Cloud's server disk images (seed 004) at {@code /api}. */
public final class DanubeDialect implements Dialect {
    private static final String ROOT = "/api";
    private static final String LOGIN = ROOT + "/accounts/login";
    private static final String KEY = "ES-API-KEY";
    private static final Pattern TOKEN = Pattern.compile("token +(\\S+) *", Pattern.CASE_INSENSITIVE);

    private final Authenticator tokens;
    private final SignIn signIn;
    private final DanubeImages images;
    private final DanubeImport imports;

    /** @param manifests fetches images' manifests, from where imports may come */
    public DanubeDialect(
            ImageDesk desk, IntakeParts intake, ImageSource manifests, Authenticator tokens, SignIn signIn) {
        AttributeStore store = new AttributeStore();
        this.tokens = tokens;
        this.signIn = signIn;
        this.images = new DanubeImages(desk, store);
        this.imports = new DanubeImport(desk, store, intake.begin(), intake.show(), manifests);
    }

    @Override
    public String name() {
        return "danube";
    }

    @Override
    public List<String> prefixes() {
        return List.of(ROOT);
    }

    @Override
    public List<DialectRoute> routes() {
        String one = ROOT + "/image/{name}";
        return List.of(
                new DialectRoute(HttpMethod.POST, LOGIN, "login", Access.OPEN, (request, call) -> login(request)),
                new DialectRoute(HttpMethod.GET, ROOT + "/image", "listImages", Access.READ, images::list),
                new DialectRoute(HttpMethod.GET, one, "showImage", Access.READ, images::show),
                new DialectRoute(HttpMethod.POST, one, "importImage", Access.COMMAND, imports::begin),
                new DialectRoute(HttpMethod.GET, ROOT + "/task/{id}/status", "showTask", Access.READ, imports::status),
                new DialectRoute(HttpMethod.PUT, one, "updateImage", Access.COMMAND, images::update),
                new DialectRoute(HttpMethod.DELETE, one, "deleteImage", Access.COMMAND, images::delete));
    }

    @Override
    public Caller caller(DialectRequest request) {
        String token = request.header(KEY)
                .or(() -> request.header("Authorization").flatMap(DanubeDialect::session))
                .orElseThrow(() -> new ProblemException(
                        ErrorCode.AUTH_TOKEN_MISSING, "Authentication credentials were not provided."));
        return tokens.authenticate(token);
    }

    @Override
    public DialectAnswer refusal(DialectRequest request, Problem problem) {
        boolean isLogin = request.path().equals(LOGIN) || request.path().equals(LOGIN + "/");
        if (isLogin && problem.code().httpStatus() == 401) {
            return Envelope.detail(400, "Unable to log in with provided credentials.");
        }
        return Envelope.refusal(problem);
    }

    /** A token comes in where a password would be, and goes out as the session it is; for an account's password one is made. */
    private DialectAnswer login(DialectRequest request) throws InterruptedException {
        JsonObject given = request.json();
        if (!(given.getValue("password") instanceof String password)) {
            throw new ProblemException(ErrorCode.AUTH_TOKEN_MISSING, "The password must be a token.");
        }
        String token = signIn.token(given.getValue("username") instanceof String name ? name : "", password);
        Authenticator.Verified verified = tokens.verify(token);
        return DialectAnswer.json(
                200,
                new JsonObject()
                        .put("token", token)
                        .put("expires", verified.expires().toString())
                        .put("detail", "Welcome to Danube Cloud API."));
    }

    private static Optional<String> session(String authorization) {
        Matcher token = TOKEN.matcher(authorization);
        return token.matches() ? Optional.of(token.group(1)) : Optional.empty();
    }
}

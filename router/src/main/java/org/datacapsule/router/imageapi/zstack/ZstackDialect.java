package org.datacapsule.router.imageapi.zstack;

import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
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
import org.datacapsule.router.image.intake.BeginIntake;
import org.datacapsule.router.image.intake.ShowIntakes;
import org.datacapsule.router.image.source.WebHook;
import org.datacapsule.router.work.Loop;

/** ZStack's images (seed 002) at {@code /zstack/v1}; a token is the session, and an account's password gets one. */
public final class ZstackDialect implements Dialect {
    static final String ROOT = "/zstack/v1";
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Set<String> JOB_HEADERS = Set.of(Jobs.HEADER, Jobs.HOOK);
    private static final String LOGIN = ROOT + "/accounts/login";
    private static final Pattern SESSION = Pattern.compile("OAuth +(\\S+) *", Pattern.CASE_INSENSITIVE);

    private final Authenticator tokens;
    private final Login login;
    private final Jobs jobs;
    private final Hooks hooks;
    private final ZstackImages images;
    private final AddImage addition;

    public ZstackDialect(
            ImageDesk desk, BeginIntake begin, ShowIntakes intakes, WebHook hook, Authenticator tokens, SignIn signIn) {
        this.tokens = tokens;
        this.login = new Login(signIn, tokens);
        this.jobs = new Jobs(desk, new JobStore(), intakes, hook);
        this.hooks = new Hooks(desk, jobs, hook);
        this.images = new ZstackImages(desk, jobs);
        this.addition = new AddImage(jobs, begin);
    }

    /** Begins to tell of jobs that ended, until it is closed. */
    public Loop startHooks() {
        return Loop.start("zstack-hooks", LOOK, hooks::tellOne);
    }

    @Override
    public String name() {
        return "zstack";
    }

    @Override
    public List<String> prefixes() {
        return List.of(ROOT);
    }

    @Override
    public List<DialectRoute> routes() {
        String all = ROOT + "/images";
        String one = all + "/{uuid}";
        return List.of(
                new DialectRoute(
                        HttpMethod.PUT,
                        LOGIN,
                        "logInByAccount",
                        Access.OPEN,
                        (request, call) -> login.byAccount(request)),
                new DialectRoute(HttpMethod.GET, all, "queryImage", Access.READ, images::query),
                new DialectRoute(HttpMethod.POST, all, "addImage", Access.COMMAND, addition::add),
                new DialectRoute(HttpMethod.GET, one, "getImage", Access.READ, images::show),
                new DialectRoute(HttpMethod.DELETE, one, "deleteImage", Access.COMMAND, images::delete),
                new DialectRoute(HttpMethod.PUT, one + "/actions", "actOnImage", Access.COMMAND, images::act),
                new DialectRoute(
                        HttpMethod.GET,
                        ROOT + "/backup-storage",
                        "queryBackupStorage",
                        Access.READ,
                        (request, call) -> images.storages(request)),
                new DialectRoute(HttpMethod.GET, ROOT + "/api-jobs/{id}", "askJob", Access.READ, jobs::ask));
    }

    @Override
    public Caller caller(DialectRequest request) {
        Matcher session = SESSION.matcher(request.header("Authorization").orElse(""));
        if (!session.matches()) {
            throw new ProblemException(
                    ErrorCode.AUTH_TOKEN_MISSING, "Send a token in the header \"Authorization: OAuth <token>\".");
        }
        return tokens.authenticate(session.group(1));
    }

    /** A session that does not hold is told by the job, as all that goes wrong with a call that has one. */
    @Override
    public DialectAnswer refusal(DialectRequest request, Problem problem) {
        if (request.path().equals(LOGIN) && problem.code() == ErrorCode.AUTH_TOKEN_INVALID) {
            return DialectAnswer.json(503, ZstackError.ofLogin(problem));
        }
        return switch (problem.code()) {
            case AUTH_TOKEN_INVALID, AUTH_TOKEN_EXPIRED ->
                request.method().equals(HttpMethod.GET)
                        ? failed(problem)
                        : Jobs.location(request, ZstackId.of(UUID.randomUUID()));
            case AUTH_TOKEN_MISSING,
                    REQUEST_MALFORMED,
                    REQUEST_NOT_FOUND,
                    REQUEST_METHOD_NOT_ALLOWED,
                    REQUEST_TOO_LARGE,
                    REQUEST_TIMEOUT -> plain(problem);
            default -> isOfItsHeaders(problem) ? plain(problem) : failed(problem);
        };
    }

    private static boolean isOfItsHeaders(Problem problem) {
        return problem.violations().stream().anyMatch(one -> JOB_HEADERS.contains(one.field()));
    }

    private static DialectAnswer plain(Problem problem) {
        int status = problem.code() == ErrorCode.AUTH_TOKEN_MISSING
                ? 400
                : problem.code().httpStatus();
        return DialectAnswer.text(status, problem.detail());
    }

    private static DialectAnswer failed(Problem problem) {
        DialectAnswer answer = DialectAnswer.json(503, ZstackError.of(problem));
        return problem.code() == ErrorCode.SERVICE_UNAVAILABLE ? answer.with(Map.of("Retry-After", "2")) : answer;
    }
}

package org.datacapsule.router.imageapi.vice;

import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.router.account.Accounts;
import org.datacapsule.router.http.Authenticator;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.Dialect;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.DialectRoute;
import org.datacapsule.router.http.DialectRoute.Access;
import org.datacapsule.router.image.ImageDesk;
import org.datacapsule.router.image.intake.IntakeParts;

/** The ViCE image registry (seed 003). */
public final class ViceDialect implements Dialect {
    private final String root;
    private final Authenticator tokens;
    private final Optional<Accounts> accounts;
    private final ViceImages images;
    private final ViceFiles files;
    private final ViceEnvironments environments;
    private final ViceDeployments deployments;
    private final ViceUsers users;
    private final ViceStats stats;

    /**
     * The parts of a router that this is made with.
     *
     * @param accounts none: there are tokens only
     * @param box seals credentials of environments
     * @param transfers how many images this router gives to hosts at a time
     */
    public record Around(
            ImageDesk desk,
            IntakeParts intake,
            Authenticator tokens,
            Optional<Accounts> accounts,
            SecretBox box,
            int transfers) {}

    /** @param root such as {@code /vice/v1} */
    public ViceDialect(String root, Around around) {
        ImageDesk desk = around.desk();
        IntakeParts intake = around.intake();
        this.root = root;
        this.tokens = around.tokens();
        this.accounts = around.accounts();
        this.images = new ViceImages(desk, new ImageExtraStore(), intake);
        this.files = new ViceFiles(desk, images, intake);
        this.environments = new ViceEnvironments(desk, new EnvironmentStore(around.box()));
        this.deployments = new ViceDeployments(desk, new DeploymentStore(), environments);
        this.users = new ViceUsers(accounts);
        this.stats =
                new ViceStats(desk, new ViceStats.Workers(intake.fetchers(), around.transfers(), intake.checkers()));
    }

    @Override
    public String name() {
        return "vice";
    }

    @Override
    public List<String> prefixes() {
        return List.of(root);
    }

    @Override
    public List<DialectRoute> routes() {
        String image = root + "/image/{id}";
        String file = image + "/file";
        String environment = root + "/environment/{id}";
        String deployment = root + "/deployment/{id}";
        return List.of(
                read(root + "/images", "findImages", images::list),
                command(HttpMethod.POST, root + "/images", "createImage", images::create),
                command(HttpMethod.PUT, root + "/images", "updateImage", images::update),
                read(image, "getImage", images::show),
                command(HttpMethod.DELETE, image, "deleteImage", images::delete),
                read(file, "downloadImage", files::download),
                DialectRoute.receiving(HttpMethod.POST, file, "uploadImage", files::upload),
                read(root + "/environments", "findEnvironment", environments::list),
                command(HttpMethod.POST, root + "/environments", "createEnvironment", environments::create),
                command(HttpMethod.PUT, root + "/environments", "updateEnvironment", environments::update),
                read(environment, "getEnvironment", environments::show),
                command(HttpMethod.DELETE, environment, "deleteEnvironment", environments::delete),
                command(HttpMethod.POST, root + "/deploy", "deployImage", deployments::deploy),
                read(root + "/deployments", "findDeployments", deployments::list),
                read(deployment, "getDeployment", deployments::show),
                command(HttpMethod.DELETE, deployment, "deleteDeployment", deployments::delete),
                read(root + "/user", "getUser", (request, call) -> users.show(call)),
                new DialectRoute(HttpMethod.POST, root + "/user", "createUser", Access.OPEN, users::create),
                read(root + "/runtimestats", "getRuntimeStats", (request, call) -> stats.show()));
    }

    /** A password is a token, or that of an account where there are any; a token's user name is not looked at. */
    @Override
    public Caller caller(DialectRequest request) throws InterruptedException {
        BasicCredentials given = BasicCredentials.of(request.header("Authorization"));
        if (Authenticator.isToken(given.password())) {
            return tokens.authenticate(given.password());
        }
        return accounts.orElseThrow(() -> new ProblemException(
                        ErrorCode.AUTH_TOKEN_INVALID, "The password must be a token: there are no accounts here."))
                .signIn(given.userName(), given.password())
                .caller();
    }

    @Override
    public DialectAnswer refusal(DialectRequest request, Problem problem) {
        return ViceAnswer.refusal(request, problem);
    }

    private static DialectRoute read(String path, String operation, DialectRoute.Endpoint endpoint) {
        return new DialectRoute(HttpMethod.GET, path, operation, Access.READ, endpoint);
    }

    private static DialectRoute command(
            HttpMethod method, String path, String operation, DialectRoute.Endpoint endpoint) {
        return new DialectRoute(method, path, operation, Access.COMMAND, endpoint);
    }
}

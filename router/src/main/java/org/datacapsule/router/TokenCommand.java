package org.datacapsule.router;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.datacapsule.common.config.ConfigException;
import org.datacapsule.common.config.Settings;
import org.datacapsule.router.http.AuthConfig;
import org.datacapsule.router.http.DevelopmentTokens;
import org.datacapsule.router.http.TokenRole;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Mints a token with the development key; refused where the configuration is not one for development. */
@Command(name = "token", mixinStandardHelpOptions = true, description = "Mints a token for development.")
final class TokenCommand implements Callable<Integer> {
    @Option(names = "--config", required = true, paramLabel = "FILE", description = "The router's YAML file.")
    private Path file = Path.of("");

    @Option(names = "--sub", required = true, description = "The user's guid.")
    private String sub = "";

    @Option(names = "--email", description = "The user's email.")
    private Optional<String> email = Optional.empty();

    @Option(names = "--name", description = "The user's name.")
    private Optional<String> name = Optional.empty();

    @Option(names = "--roles", split = ",", description = "Of admin, operator, reviewer, host; with commas.")
    private List<TokenRole> roles = List.of();

    @Option(
            names = "--ttl",
            defaultValue = "12h",
            description = "How long it is valid: 30m, 12h, 7d (default: ${DEFAULT-VALUE}).")
    private String ttl = "12h";

    @Override
    public Integer call() throws Exception {
        RouterConfig config = RouterConfig.from(Settings.load(file, System.getenv()));
        AuthConfig auth = config.auth();
        if (!auth.development()) {
            throw new ConfigException(
                    List.of("development is false: tokens come from your identity provider, none can be minted here"));
        }
        Settings lifetime = Settings.of(Map.of("ttl", ttl));
        Duration valid = lifetime.duration("ttl", "How long the token is valid", Duration.ofHours(12));
        lifetime.verify();
        System.out.println(DevelopmentTokens.open(auth, Clock.systemUTC()).mint(sub, email, name, roles, valid));
        return 0;
    }
}

package org.datacapsule.router.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.common.config.Settings;

/**
 * Whose tokens are accepted.
 *
 * @param jwksFile public keys in a file
 * @param jwksUrl public keys at the identity provider
 * @param development whether tokens of the development key, and HS256 keys in the file, are accepted
 */
public record AuthConfig(
        Optional<Path> jwksFile,
        Optional<URI> jwksUrl,
        String issuer,
        String audience,
        Duration leeway,
        Claims claims,
        boolean development,
        Path developmentKeyFile) {
    private static final Duration LEEWAY = Duration.ofSeconds(30);
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    /** The names of the claims that say who the caller is. */
    public record Claims(String guid, String email, String userName, String roles) {
        public static final Claims DEFAULT = new Claims("sub", "email", "preferred_username", "roles");
    }

    public static AuthConfig from(Settings settings) {
        boolean development = settings.flag(
                "development",
                "Whether this is a developer's machine: tokens of the development key are accepted. Never in production.",
                false);
        Optional<Path> file = settings.optional(
                        "auth.jwks-file", "JSON file with the public keys (JWKS) that tokens are signed with.")
                .map(Path::of);
        Optional<URI> url = settings.optional(
                        "auth.jwks-url", "Where the identity provider has its public keys (JWKS); https, or loopback.")
                .flatMap(text -> parseUrl(settings, text));
        if (file.isPresent() && url.isPresent()) {
            settings.reject("auth.jwks-file and auth.jwks-url exclude each other");
        }
        if (file.isEmpty() && url.isEmpty() && !development) {
            settings.reject("auth.jwks-file or auth.jwks-url must be set: without keys no token can be checked");
        }
        return new AuthConfig(
                file,
                url,
                settings.required("auth.issuer", "The iss every token must have."),
                settings.required("auth.audience", "The aud every token must have."),
                settings.duration("auth.leeway", "How far the clocks of issuer and router may be apart.", LEEWAY),
                claims(settings),
                development,
                Path.of(settings.text(
                        "auth.development-key-file",
                        "The key that development tokens are signed with; made at the first start.",
                        "development-key.json")));
    }

    private static Optional<URI> parseUrl(Settings settings, String text) {
        URI url = URI.create("about:blank");
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            // Falls through: about:blank is refused below like every other URL that is not one of ours.
        }
        boolean https = "https".equals(url.getScheme());
        boolean loopback = "http".equals(url.getScheme()) && url.getHost() != null && LOOPBACK.contains(url.getHost());
        if (!https && !loopback) {
            settings.reject(
                    "auth.jwks-url is \"" + text + "\": an https URL is expected, or http on a loopback address");
            return Optional.empty();
        }
        return Optional.of(url);
    }

    private static Claims claims(Settings settings) {
        return new Claims(
                settings.text("auth.claims.guid", "The claim with the user's guid.", Claims.DEFAULT.guid()),
                settings.text("auth.claims.email", "The claim with the user's email.", Claims.DEFAULT.email()),
                settings.text("auth.claims.user-name", "The claim with the user's name.", Claims.DEFAULT.userName()),
                settings.text("auth.claims.roles", "The claim with the token's roles.", Claims.DEFAULT.roles()));
    }
}

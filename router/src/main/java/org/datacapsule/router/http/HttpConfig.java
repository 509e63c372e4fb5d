package org.datacapsule.router.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.datacapsule.common.config.Settings;

/**
 * Where and how the service listens.
 *
 * @param basePath what stands in front of every path of the contract; empty or {@code /…} without a slash at the end
 * @param publicUrl where clients find the service, base path included and without a slash at the end; without it they find it
 *     where their requests say that they do
 * @param maxBody bytes
 * @param bodyTimeout how long a request's body may take to arrive
 * @param maxConcurrent how many requests run at once; more are told to come back
 * @param drain how long requests that run may go on when the server stops
 */
public record HttpConfig(
        String host,
        int port,
        String basePath,
        Optional<URI> publicUrl,
        int maxBody,
        Duration bodyTimeout,
        int maxConcurrent,
        Duration drain,
        Optional<Tls> tls) {
    private static final Pattern BASE_PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)*");

    /** A server certificate with its chain and its key, both PEM files. */
    public record Tls(Path certificate, Path key) {}

    public static HttpConfig from(Settings settings) {
        return new HttpConfig(
                settings.text("http.host", "The address the API listens on.", "127.0.0.1"),
                settings.integer("http.port", "The port the API listens on; 0 takes a free one.", 8080, 0, 65_535),
                settings.parsed(
                        "http.base-path",
                        "What stands in front of every path, such as /capsules, for front ends that expect it.",
                        "/",
                        HttpConfig::parseBasePath),
                settings.optional(
                                "http.public-url",
                                "The URL clients know the service by, base path included, for links in answers of the image"
                                        + " APIs; without it what a request's Host header says")
                        .flatMap(text -> publicUrl(settings, text)),
                settings.integer(
                        "http.max-body", "The largest body of a request, in bytes.", 256 * 1024, 1024, 64 << 20),
                settings.duration(
                        "http.body-timeout", "How long a request's body may take to arrive.", Duration.ofSeconds(30)),
                settings.integer(
                        "http.max-concurrent",
                        "How many requests run at once; more get 503 with Retry-After.",
                        256,
                        1,
                        100_000),
                settings.duration(
                        "http.drain",
                        "How long requests that run may go on when the server stops.",
                        Duration.ofSeconds(10)),
                tls(settings));
    }

    private static Optional<Tls> tls(Settings settings) {
        Optional<String> certificate =
                settings.optional("http.tls.certificate", "PEM file with the server's certificate and its chain.");
        Optional<String> key = settings.optional("http.tls.key", "PEM file with the certificate's key (PKCS#8).");
        if (certificate.isPresent() != key.isPresent()) {
            settings.reject("http.tls.certificate and http.tls.key are set together or not at all");
        }
        return certificate.flatMap(file -> key.map(keyFile -> new Tls(Path.of(file), Path.of(keyFile))));
    }

    private static Optional<URI> publicUrl(Settings settings, String text) {
        try {
            URI url = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            boolean web = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
            if (web && url.getHost() != null && url.getQuery() == null && url.getFragment() == null) {
                return Optional.of(url);
            }
        } catch (URISyntaxException e) {
            // Refused below like every other text that is no such URL.
        }
        settings.reject("http.public-url is \"" + text + "\": a URL such as https://capsules.example.org is expected");
        return Optional.empty();
    }

    private static String parseBasePath(String text) {
        String path = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        if (!BASE_PATH.matcher(path).matches()) {
            throw new IllegalArgumentException("a path such as / or /capsules is expected");
        }
        return path;
    }
}

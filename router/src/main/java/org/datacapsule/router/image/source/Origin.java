package org.datacapsule.router.image.source;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Scheme, host and port of an address: who answers there.
 *
 * @param host in lower case; an IPv6 address in brackets
 */
public record Origin(String scheme, String host, int port) {

    /** The origin of an address, whatever its path. */
    static Origin of(URI uri) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        String host = uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
        int port = uri.getPort();
        return switch (scheme) {
            case "https" -> new Origin(scheme, required(host), port < 0 ? 443 : port);
            case "http" -> new Origin(scheme, required(host), port < 0 ? 80 : port);
            default -> throw new IllegalArgumentException("does not begin with https:// or http://");
        };
    }

    /** A list with commas. */
    public static List<Origin> parseAll(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(one -> !one.isEmpty())
                .map(Origin::parse)
                .toList();
    }

    private static Origin parse(String text) {
        try {
            URI uri = new URI(text);
            Origin origin = of(uri);
            boolean bare = (uri.getPath().isEmpty() || uri.getPath().equals("/"))
                    && uri.getQuery() == null
                    && uri.getFragment() == null
                    && uri.getUserInfo() == null;
            if (bare) {
                return origin;
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no origin such as https://cloud.example.org or http://10.0.0.5:8080", e);
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" has more than scheme, host and port; https://cloud.example.org would do");
    }

    private static String required(String host) {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("has no host");
        }
        return host;
    }

    @Override
    public String toString() {
        boolean usual = port == (scheme.equals("https") ? 443 : 80);
        return scheme + "://" + host + (usual ? "" : ":" + port);
    }
}

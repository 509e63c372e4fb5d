package org.datacapsule.router.imageapi.nova;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.http.DialectRequest;

/** The version within 2.1 that a request asks for; images ended with 2.35, their metadata with 2.38. */
record Microversion(int minor) {
    static final String HEADER = "OpenStack-API-Version";
    static final String OLD_HEADER = "X-OpenStack-Nova-API-Version";
    static final Microversion LEAST = new Microversion(1);

    /** What "latest" means here: the last that has everything this service has. */
    static final Microversion MOST = new Microversion(35);

    static final int LAST_WITH_IMAGES = 35;
    static final int LAST_WITH_METADATA = 38;

    private static final Pattern FORM = Pattern.compile("2\\.([1-9]\\d{0,4})");
    private static final String SERVICE = "compute ";

    /** @throws ProblemException when the header is no version */
    static Microversion of(DialectRequest request) {
        return request.header(HEADER)
                .flatMap(Microversion::ofCompute)
                .or(() -> request.header(OLD_HEADER).map(String::strip))
                .map(Microversion::parse)
                .orElse(LEAST);
    }

    /** One header speaks for several services, each with its name in front. */
    private static Optional<String> ofCompute(String header) {
        for (String part : header.split(",", -1)) {
            if (part.strip().startsWith(SERVICE)) {
                return Optional.of(part.strip().substring(SERVICE.length()).strip());
            }
        }
        return Optional.empty();
    }

    private static Microversion parse(String text) {
        if (text.equals("latest")) {
            return MOST;
        }
        Matcher version = FORM.matcher(text);
        if (!version.matches()) {
            throw new ProblemException(
                    ErrorCode.REQUEST_INVALID,
                    "API Version String is of invalid format. Must be of format 2.MinorNum, or latest.");
        }
        return new Microversion(Integer.parseInt(version.group(1)));
    }

    void requireAtMost(int last) {
        if (minor > last) {
            throw new ProblemException(
                    ErrorCode.REQUEST_NOT_FOUND,
                    "The resource could not be found: it ended with microversion 2." + last + ", and " + this
                            + " was asked for.");
        }
    }

    @Override
    public String toString() {
        return "2." + minor;
    }
}

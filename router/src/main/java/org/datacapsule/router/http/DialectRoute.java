package org.datacapsule.router.http;

import io.vertx.core.http.HttpMethod;

/**
 * One thing to call in a dialect.
 *
 * @param path a template such as {@code /v2.1/images/{id}}; one that ends in a slash fits no request without it
 * @param operation its name within the dialect, such as {@code deleteImage}
 * @param isStreamed whether its body is too large for memory: the endpoint reads it from the call as it arrives
 */
public record DialectRoute(
        HttpMethod method, String path, String operation, Access access, boolean isStreamed, Endpoint endpoint) {

    public DialectRoute(HttpMethod method, String path, String operation, Access access, Endpoint endpoint) {
        this(method, path, operation, access, false, endpoint);
    }

    /** A command of a known caller, whose body the endpoint reads as it arrives. */
    public static DialectRoute receiving(HttpMethod method, String path, String operation, Endpoint endpoint) {
        return new DialectRoute(method, path, operation, Access.COMMAND, true, endpoint);
    }

    /** Who may call, and what is kept of a refusal. */
    public enum Access {
        /** Anybody; what is refused counts as a stranger's. */
        OPEN,
        /** A known caller, who changes nothing. */
        READ,
        /** A known caller, who changes something: a refusal is audited. */
        COMMAND
    }

    /** Serves it, on a virtual thread. */
    @FunctionalInterface
    public interface Endpoint {

        /**
         * @param call the request as the use cases take it, its caller known
         * @throws org.datacapsule.common.error.ProblemException when it is refused
         */
        DialectReply handle(DialectRequest request, Call call) throws InterruptedException;
    }
}

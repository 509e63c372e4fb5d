package org.datacapsule.router.http;

import java.util.Map;
import java.util.concurrent.ExecutionException;

/**
 * An answer that is begun before it is known how it ends.
 *
 * @param content writes the body, and returns when that is all of it
 */
public record DialectStream(int status, Map<String, String> headers, String contentType, Content content)
        implements DialectReply {

    public DialectStream {
        headers = Map.copyOf(headers);
    }

    /** The body, piece by piece. */
    @FunctionalInterface
    public interface Content {
        /** @throws ExecutionException when there is nobody left to write to */
        void writeTo(Body body) throws InterruptedException, ExecutionException;
    }

    /** Where pieces go. */
    @FunctionalInterface
    public interface Body {
        /** Returns when the client has taken it. */
        void write(String piece) throws InterruptedException, ExecutionException;
    }
}

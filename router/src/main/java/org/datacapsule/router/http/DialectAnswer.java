package org.datacapsule.router.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.datacapsule.common.error.Problem;

/**
 * An answer of a dialect.
 *
 * @param headers besides those that every answer has
 * @param refused what was wrong with a command whose answer does not say so yet; it is audited as a refusal
 */
public record DialectAnswer(
        int status, Map<String, String> headers, String contentType, Buffer body, Optional<Problem> refused)
        implements DialectReply {
    private static final int NO_CONTENT = 204;
    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";

    public DialectAnswer {
        headers = Map.copyOf(headers);
    }

    public static DialectAnswer json(int status, JsonObject body) {
        return new DialectAnswer(status, Map.of(), JSON, body.toBuffer(), Optional.empty());
    }

    /** JSON that is no object, such as a list. */
    public static DialectAnswer json(int status, Buffer body) {
        return new DialectAnswer(status, Map.of(), JSON, body, Optional.empty());
    }

    public static DialectAnswer text(int status, String body) {
        return new DialectAnswer(status, Map.of(), TEXT, Buffer.buffer(body), Optional.empty());
    }

    public static DialectAnswer noContent() {
        return new DialectAnswer(NO_CONTENT, Map.of(), JSON, Buffer.buffer(), Optional.empty());
    }

    /** This, with headers more. */
    public DialectAnswer with(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.putAll(more);
        return new DialectAnswer(status, all, contentType, body, refused);
    }

    /** This, of a command that was refused. */
    public DialectAnswer refusing(Problem problem) {
        return new DialectAnswer(status, headers, contentType, body, Optional.of(problem));
    }
}

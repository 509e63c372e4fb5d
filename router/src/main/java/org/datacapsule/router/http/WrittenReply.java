package org.datacapsule.router.http;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A 200 whose JSON is text already. */
public record WrittenReply(Buffer body) implements Success {

    /** Writes the fields of an answer. */
    @FunctionalInterface
    public interface Writing {
        void to(JsonText json) throws IOException;
    }

    public static WrittenReply ok(Writing writing) {
        try {
            JsonText json = new JsonText();
            writing.to(json);
            return new WrittenReply(Buffer.buffer(json.bytes()));
        } catch (IOException e) {
            throw new UncheckedIOException("JSON was not written into memory", e);
        }
    }
}

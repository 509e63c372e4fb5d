package org.datacapsule.router.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An object in JSON that is text as soon as it is put: of a long list, a tree costs more than all else. One thread. */
public final class JsonText {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final ByteArrayBuilder bytes = new ByteArrayBuilder();
    private final JsonGenerator json;

    JsonText() throws IOException {
        json = FACTORY.createGenerator(bytes);
        json.writeStartObject();
    }

    public JsonText put(String name, @Nullable String value) throws IOException {
        json.writeStringField(name, value);
        return this;
    }

    public JsonText put(String name, @Nullable Boolean value) throws IOException {
        if (value == null) {
            return putNull(name);
        }
        json.writeBooleanField(name, value);
        return this;
    }

    public JsonText put(String name, int value) throws IOException {
        json.writeNumberField(name, value);
        return this;
    }

    public JsonText putNull(String name) throws IOException {
        json.writeNullField(name);
        return this;
    }

    /** Opens the object that a field holds. */
    public JsonText object(String name) throws IOException {
        json.writeObjectFieldStart(name);
        return this;
    }

    /** Opens the next object of a list. */
    public JsonText object() throws IOException {
        json.writeStartObject();
        return this;
    }

    /** Opens the list that a field holds. */
    public JsonText list(String name) throws IOException {
        json.writeArrayFieldStart(name);
        return this;
    }

    /** Closes what was opened last. */
    public JsonText end() throws IOException {
        if (json.getOutputContext().inArray()) {
            json.writeEndArray();
        } else {
            json.writeEndObject();
        }
        return this;
    }

    /** All of it; closes whatever is open. */
    byte[] bytes() throws IOException {
        json.close();
        return bytes.toByteArray();
    }
}

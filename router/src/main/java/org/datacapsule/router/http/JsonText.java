package org.datacapsule.router.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** An object in JSON that is text as soon as it is put: of a long list, a tree costs more than all else. One thread. */
public final class JsonText {
    private static final JsonFactory FACTORY = new JsonFactory();
    /** Names of fields, which the code has and no request, as the bytes they are written as. */
    private static final Map<String, SerializableString> NAMES = new ConcurrentHashMap<>();

    private final ByteArrayBuilder bytes = new ByteArrayBuilder();
    private final JsonGenerator json;

    JsonText() throws IOException {
        json = FACTORY.createGenerator(bytes);
        json.writeStartObject();
    }

    public JsonText put(String name, @Nullable String value) throws IOException {
        json.writeFieldName(written(name));
        json.writeString(value);
        return this;
    }

    public JsonText put(String name, @Nullable Boolean value) throws IOException {
        if (value == null) {
            return putNull(name);
        }
        json.writeFieldName(written(name));
        json.writeBoolean(value);
        return this;
    }

    public JsonText put(String name, int value) throws IOException {
        json.writeFieldName(written(name));
        json.writeNumber(value);
        return this;
    }

    public JsonText putNull(String name) throws IOException {
        json.writeFieldName(written(name));
        json.writeNull();
        return this;
    }

    /** Opens the object that a field holds. */
    public JsonText object(String name) throws IOException {
        json.writeFieldName(written(name));
        json.writeStartObject();
        return this;
    }

    /** Opens the next object of a list. */
    public JsonText object() throws IOException {
        json.writeStartObject();
        return this;
    }

    /** Opens the list that a field holds. */
    public JsonText list(String name) throws IOException {
        json.writeFieldName(written(name));
        json.writeStartArray();
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

    private static SerializableString written(String name) {
        SerializableString known = NAMES.get(name);
        // To compute one locks, even where there is nothing to compute.
        return known == null ? NAMES.computeIfAbsent(name, SerializedString::new) : known;
    }

    /** All of it; closes whatever is open. */
    byte[] bytes() throws IOException {
        json.close();
        return bytes.toByteArray();
    }
}

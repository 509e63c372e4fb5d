package org.datacapsule.router.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON object name by name. A tree would keep the last of two equal names and drop the first without a word.
 */
final class JsonBody {
    private static final int DEEPEST = 64;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
            .build();
    private static final ObjectMapper TREE = new ObjectMapper(JSON.copy())
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private JsonBody() {}

    static List<Given> parse(byte[] body) {
        try (JsonParser parser = JSON.createParser(UnicodeText.decode(body))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw malformed("The body is JSON, but not an object.");
            }
            List<Given> found = new ArrayList<>();
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                readValue(parser, name, found);
            }
            if (parser.nextToken() != null) {
                throw malformed("The body goes on after the JSON object.");
            }
            return found;
        } catch (JsonProcessingException e) {
            throw malformed("The body is not valid JSON" + place(e.getLocation()) + ".");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The object as a tree; of two equal names neither counts, for it is refused. */
    static JsonObject object(byte[] body) {
        try {
            Map<String, Object> tree = TREE.readValue(UnicodeText.decode(body), new TypeReference<>() {});
            if (tree == null) {
                throw malformed("The body is JSON, but not an object.");
            }
            requireText(tree);
            return new JsonObject(tree);
        } catch (MismatchedInputException e) {
            throw malformed("The body is empty, or JSON but not an object.");
        } catch (JsonProcessingException e) {
            throw malformed("The body is not valid JSON" + place(e.getLocation()) + ".");
        }
    }

    /** Escapes of JSON can write what neither UTF-8 nor Postgres can hold. */
    private static void requireText(@Nullable Object value) {
        switch (value) {
            case String text
            when !UnicodeText.isWellFormed(text) || text.indexOf('\0') >= 0 ->
                throw malformed("The body has text with a NUL or with half a character.");
            case Map<?, ?> map ->
                map.forEach((name, inner) -> {
                    requireText(name);
                    requireText(inner);
                });
            case List<?> list -> list.forEach(JsonBody::requireText);
            case null, default -> {
                // Numbers, flags and null are what they are.
            }
        }
    }

    private static void readValue(JsonParser parser, String name, List<Given> into) throws IOException {
        switch (parser.nextToken()) {
            case VALUE_STRING -> into.add(Given.text(name, Location.BODY, parser.getText()));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> into.add(Given.number(name, parser.getDecimalValue()));
            case VALUE_TRUE, VALUE_FALSE -> into.add(Given.flag(name, parser.getBooleanValue()));
            case VALUE_NULL -> {
                // null is how JSON spells absent.
            }
            default -> {
                parser.skipChildren();
                into.add(Given.other(name));
            }
        }
    }

    /** A limit that was passed has no place. */
    private static String place(@Nullable JsonLocation location) {
        return location == null
                ? ", or nested too deep"
                : "; see line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static ProblemException malformed(String detail) {
        return new ProblemException(ErrorCode.REQUEST_MALFORMED, detail);
    }
}

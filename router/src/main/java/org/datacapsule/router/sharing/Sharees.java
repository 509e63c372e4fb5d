package org.datacapsule.router.sharing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The two forms of the parameter {@code sharees}. The JSON one is read leniently, because deployed front ends send names
 * without quotes, single quotes, and the seed's {@code giud}.
 */
final class Sharees {
    static final int MOST = 50;

    private static final Pattern GUID = Pattern.compile("[^\\p{Cntrl}\\x{80}-\\x{9f}\\p{Cs}]{1,128}");
    private static final Pattern EMAIL = Pattern.compile("[^\\p{Cntrl}\\x{80}-\\x{9f}\\p{Cs}\\s]{1,254}");
    private static final int DEEPEST = 4;
    private static final ObjectMapper LENIENT = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES, JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    static {
        LENIENT.getFactory()
                .setStreamReadConstraints(
                        StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build());
    }

    private Sharees() {}

    /**
     * Reads {@code [{"guid":…,"email":…}]}; each guid once, in the order they first came.
     *
     * @throws IllegalArgumentException with a message for the caller
     */
    static List<Sharee> parseJson(String text) {
        JsonNode array = tree(text);
        if (!array.isArray() || array.isEmpty() || array.size() > MOST) {
            throw new IllegalArgumentException("must be a JSON array of 1 to " + MOST + " objects with guid and email");
        }
        Map<String, Sharee> byGuid = new LinkedHashMap<>();
        for (JsonNode item : array) {
            Sharee sharee = sharee(item);
            Sharee before = byGuid.putIfAbsent(sharee.guid(), sharee);
            if (before != null && !before.equals(sharee)) {
                throw new IllegalArgumentException("names \"" + sharee.guid() + "\" twice, with different emails");
            }
        }
        return List.copyOf(byGuid.values());
    }

    /**
     * Reads {@code guid1,guid2}; each once.
     *
     * @throws IllegalArgumentException with a message for the caller
     */
    static List<String> parseGuids(String text) {
        List<String> guids = Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(guid -> !guid.isEmpty())
                .distinct()
                .toList();
        if (guids.isEmpty() || guids.size() > MOST) {
            throw new IllegalArgumentException("must be 1 to " + MOST + " guids with commas between them");
        }
        guids.forEach(guid -> require(GUID, guid, "a guid"));
        return guids;
    }

    private static JsonNode tree(String text) {
        try {
            return LENIENT.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "cannot be read as a JSON array such as [{\"guid\":\"…\",\"email\":\"…\"}]", e);
        }
    }

    private static Sharee sharee(JsonNode item) {
        if (!item.isObject()) {
            throw new IllegalArgumentException("each sharee must be an object with guid and email");
        }
        Optional<String> guid = text(item, "guid").or(() -> text(item, "giud"));
        Optional<String> email = text(item, "email");
        require(GUID, guid.orElseThrow(() -> new IllegalArgumentException("each sharee must have a guid")), "a guid");
        email.ifPresent(address -> require(EMAIL, address, "an email"));
        return new Sharee(guid.get(), email);
    }

    private static Optional<String> text(JsonNode item, String name) {
        JsonNode value = item.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw new IllegalArgumentException(name + " must be text");
        }
        return Optional.of(value.textValue().strip()).filter(text -> !text.isEmpty());
    }

    private static void require(Pattern form, String value, String what) {
        if (!form.matcher(value).matches()) {
            throw new IllegalArgumentException(what + " must be of at most " + (form == GUID ? 128 : 254)
                    + " characters, none a control character");
        }
    }
}

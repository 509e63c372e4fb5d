package org.datacapsule.router.contract;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values for a parameter out of its schema: one that is allowed, and many that are not, or hardly. */
final class SampleValues {
    private static final List<@Nullable Object> NASTY = new ArrayList<>(List.of(
            "",
            " ",
            "null",
            "\u0000",
            "a\nb\r\nX-Injected: yes",
            "' or 1=1 --",
            "$1; drop table capsule",
            "../../etc/passwd",
            "${jndi:ldap://127.0.0.1/x}",
            "<script>alert(1)</script>",
            "%00%ff%",
            "\ud83d\ude80\u202e\ufeff",
            "\u0130\u00df\ufb03",
            "x".repeat(300),
            "9".repeat(40),
            "-1",
            "0",
            "1e9",
            "NaN",
            "true"));

    static {
        NASTY.addAll(List.of(
                0,
                -1,
                Long.MAX_VALUE,
                new BigDecimal("1e400"),
                1.5,
                true,
                new JsonArray().add("a").add(1),
                new JsonArray().add(new JsonObject().put("guid", "x").put("email", 7)),
                new JsonArray(),
                new JsonObject().put("a", new JsonObject()),
                "[{guid:'x',email:\"y\"",
                "[[[[[[[[[[[[",
                "1970-01-01|00000000-0000-0000-0000-000000000000",
                // A page cursor of the right form whose time no database has.
                "Kzk5OTk5OTk5OS0xMi0zMVQyMzo1OTo1OS45OTk5OTk5OTlafDAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMA"));
        NASTY.add(null);
    }

    private SampleValues() {}

    static Object good(JsonObject schema) {
        for (String source : List.of("examples", "enum")) {
            if (schema.containsKey(source)) {
                return schema.getJsonArray(source).getValue(0);
            }
        }
        if (schema.containsKey("default")) {
            return schema.getValue("default");
        }
        return switch (schema.getString("type", "string")) {
            case "integer" -> schema.getLong("minimum", 1L);
            case "boolean" -> true;
            default -> "a".repeat(Math.max(1, schema.getInteger("minLength", 1)));
        };
    }

    /** Values at and beyond the schema's limits, and such as have broken other programs. */
    static List<@Nullable Object> odd(JsonObject schema) {
        List<@Nullable Object> values = new ArrayList<>(NASTY);
        if (schema.containsKey("minimum")) {
            values.add(schema.getLong("minimum") - 1);
            values.add(schema.getLong("minimum"));
        }
        if (schema.containsKey("maximum")) {
            values.add(schema.getLong("maximum") + 1);
            values.add(schema.getLong("maximum"));
        }
        if (schema.containsKey("maxLength")) {
            int most = Math.min(schema.getInteger("maxLength"), 20_000);
            values.add("a".repeat(most));
            values.add("a".repeat(most + 1));
            values.add("\u00e9".repeat(most));
        }
        if (schema.containsKey("enum")) {
            values.addAll(schema.getJsonArray("enum").getList());
            values.add(schema.getJsonArray("enum").getValue(0).toString().toLowerCase(java.util.Locale.ROOT));
        }
        return values;
    }
}

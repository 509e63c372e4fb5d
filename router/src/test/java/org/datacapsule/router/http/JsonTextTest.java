package org.datacapsule.router.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class JsonTextTest {

    @Test
    void itReadsAsWhatWasPut() throws IOException {
        JsonText text = new JsonText().list("people");
        text.object().put("name", "Ann \"A\" Ö\n\u0001").put("age", -1).end();
        text.object().put("name", (String) null).put("adult", true).end();
        text.end()
                .object("page")
                .put("last", (Boolean) null)
                .putNull("next")
                .end()
                .put("count", 2);

        assertThat(read(text))
                .isEqualTo(new JsonObject()
                        .put(
                                "people",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("name", "Ann \"A\" Ö\n\u0001")
                                                .put("age", -1))
                                        .add(new JsonObject().putNull("name").put("adult", true)))
                        .put("page", new JsonObject().putNull("last").putNull("next"))
                        .put("count", 2));
    }

    @Test
    void aLongListIsWhole() throws IOException {
        JsonText text = new JsonText().list("numbers");
        for (int number = 0; number < 100_000; number++) {
            text.object().put("number", number).end();
        }

        assertThat(read(text).getJsonArray("numbers"))
                .hasSize(100_000)
                .endsWith(new JsonObject().put("number", 99_999));
    }

    private static JsonObject read(JsonText text) throws IOException {
        return new JsonObject(Buffer.buffer(text.bytes()));
    }
}

package org.datacapsule.router.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad requests are refused by name and reach nobody; odd ones arrive to the letter. */
class InputsIT {
    private static final TestIssuer ISSUER = new TestIssuer();

    @TempDir
    static Path folder;

    private static final EchoEndpoints ECHO = new EchoEndpoints();
    private static RunningServer server;

    @BeforeAll
    static void start() throws Exception {
        server = RunningServer.start(RunningServer.CONFIG, ISSUER.config(folder), ECHO.serving(Contract.load()));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static Stream<BadInput> badInputs() {
        return BadInputs.all(ISSUER).stream();
    }

    static Stream<OddInput> oddInputs() {
        return OddInputs.all(ISSUER).stream();
    }

    @Test
    void thereAreManyBadInputsOfManyKinds() {
        List<BadInput> all = BadInputs.all(ISSUER);

        assertThat(all).hasSizeGreaterThan(300);
        assertThat(all.stream().map(BadInput::code).distinct()).hasSizeGreaterThanOrEqualTo(10);
        assertThat(all.stream().map(BadInput::name)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("badInputs")
    void badInputIsRefusedByName(BadInput input) throws IOException {
        int before = ECHO.calls();

        RawHttp.Answer answer = RawHttp.send(server.port(), input.request());

        assertThat(ECHO.calls()).isEqualTo(before);
        assertThat(answer.status()).as(answer.body()).isEqualTo(input.status());
        JsonObject error = answer.json();
        assertThat(error.getString("code")).as(answer.body()).isEqualTo(input.code());
        assertThat(error.getInteger("statusCode")).isEqualTo(input.status());
        assertThat(error.getString("description")).isNotBlank();
        assertThat(answer.header("X-Request-Id")).contains(error.getString("requestId"));
        assertThat(answer.header("Content-Type")).contains("application/json; charset=utf-8");
        assertThat(answer.header("Cache-Control")).contains("no-store");
        assertThat(answer.header("X-Content-Type-Options")).contains("nosniff");
        assertThat(answer.header("WWW-Authenticate").isPresent()).isEqualTo(input.status() == 401);
        assertThat(answer.header("Allow").isPresent()).isEqualTo(input.status() == 405);
        assertThat(answer.body().chars()).noneMatch(Character::isISOControl);
        input.field()
                .ifPresent(field -> assertThat(error.getJsonArray("violations").stream()
                                .map(violation -> ((JsonObject) violation).getString("field")))
                        .containsExactly(field));
    }

    @ParameterizedTest
    @MethodSource("oddInputs")
    void oddInputArrivesToTheLetter(OddInput input) throws IOException {
        RawHttp.Answer answer = RawHttp.send(server.port(), input.request());

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().getString("operation")).isEqualTo(input.operation());
        JsonObject seen = answer.json().getJsonObject("parameters");
        input.parameters()
                .forEach((name, value) ->
                        assertThat(seen.getValue(name)).as(name).isEqualTo(value));
    }
}

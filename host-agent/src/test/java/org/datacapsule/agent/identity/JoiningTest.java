package org.datacapsule.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.datacapsule.common.certificate.Authority;
import org.datacapsule.common.certificate.Certificates;
import org.datacapsule.common.certificate.SigningRequest;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.join.JoinRequest.Asked;
import org.datacapsule.common.join.JoinToken;
import org.datacapsule.common.testing.FreePorts;
import org.datacapsule.common.testing.TestAuthority;
import org.datacapsule.common.wire.Enrolment;
import org.datacapsule.common.wire.WireJson;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JoiningTest {
    private static final HostId HOST = new HostId("h1");

    @TempDir
    Path directory;

    private final Authority authority = new TestAuthority().authority();
    private final JoinToken token = JoinToken.random(Certificates.fingerprint(authority.certificate()));
    private HttpServer server;
    private IdentityFiles files;
    private String heard = "";

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        files = new IdentityFiles(new IdentityConfig(directory.resolve("identity"), "no-such-group"));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void theSecretIsNeverSentAndTheHostHasWhatItWasAnswered() throws Exception {
        answer(200, asked -> enrolled(asked, token));

        join();

        assertThat(heard).contains(token.id()).doesNotContain(token.secret());
        assertThat(files.read().authority()).isEqualTo(authority.certificate());
    }

    @Test
    void brokenOffItIsDoneAgainWithTheSameKey() throws Exception {
        answer(200, asked -> Map.of("enrolment", "{}", "proof", "lost on the way"));
        assertThatThrownBy(this::join).isInstanceOf(ProblemException.class);
        JsonNode first = new JsonMapper().readTree(heard);
        server.removeContext("/v1/hosts/join");
        answer(200, asked -> enrolled(asked, token));

        join();

        assertThat(new JsonMapper().readTree(heard)).isEqualTo(first);
        assertThat(files.read().certificate().getSubjectX500Principal().getName())
                .isEqualTo("CN=h1");
    }

    @Test
    void whoDoesNotKnowTheTokenCannotMakeItAHostOfHis() {
        answer(
                200,
                asked -> enrolled(
                        asked, new JoinToken(token.id(), JoinToken.random("").secret(), "")));

        assertThatThrownBy(this::join)
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("does not come from a router that knows the token");
        assertThatThrownBy(files::read).isInstanceOf(IOException.class);
    }

    @Test
    void whatTheRouterSaysIsToldOn() {
        answer(
                403,
                asked -> Map.of(
                        "code", "host.join-token-expired", "description", "The token expired; ask for a new one."));

        assertThatThrownBy(this::join)
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("host.join-token-expired")
                .hasMessageContaining("ask for a new one");
    }

    @Test
    void aRouterThatIsNotThereIsNamed() {
        URI nobody = URI.create("http://127.0.0.1:" + FreePorts.one());

        assertThatThrownBy(() -> new Joining(files, HOST).join(nobody, token))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("No router answers at " + nobody);
    }

    private void join() throws IOException, InterruptedException {
        new Joining(files, HOST)
                .join(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"), token);
    }

    private void answer(int status, Function<Asked, Map<String, String>> answer) {
        server.createContext("/v1/hosts/join", exchange -> {
            heard = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            JsonNode json = new JsonMapper().readTree(heard);
            Asked asked = new Asked(
                    json.path("token").asText(),
                    json.path("host").asText(),
                    json.path("request").asText(),
                    json.path("linkRequest").asText());
            byte[] body = new JsonMapper().writeValueAsBytes(answer.apply(asked));
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    private Map<String, String> enrolled(Asked asked, JoinToken by) {
        String enrolment = WireJson.text(new Enrolment(
                HOST,
                issue(asked.request()),
                Certificates.pem(authority.certificate()),
                issue(asked.linkRequest()),
                Certificates.pem(authority.certificate()),
                List.of("key"),
                List.of("127.0.0.1:5703"),
                "10.90.0.0/16",
                Optional.empty()));
        return Map.of("enrolment", enrolment, "proof", by.proof(asked, enrolment));
    }

    private String issue(String request) {
        return Certificates.pem(authority.issue(
                "h1", List.of("127.0.0.1"), SigningRequest.key(request), Instant.now(), Duration.ofDays(1)));
    }
}

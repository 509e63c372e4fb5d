package org.datacapsule.agent.identity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.join.JoinAnswer;
import org.datacapsule.common.join.JoinRequest.Asked;
import org.datacapsule.common.join.JoinToken;

/** Makes this machine a host of the fleet whose administrator gave it a token. */
public final class Joining {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int OK = 200;
    private static final JsonMapper JSON = new JsonMapper();

    private final IdentityFiles files;
    private final HostId host;

    public Joining(IdentityFiles files, HostId host) {
        this.files = files;
        this.host = host;
    }

    /**
     * Joins. Broken off anywhere it can be done again with the same token: the keys are on the disk before the token is used.
     *
     * @param router such as {@code https://capsules.example.org}; nothing secret is sent there
     * @throws ProblemException when it does not work, saying what to do
     */
    public void join(URI router, JoinToken token) throws IOException, InterruptedException {
        KeyRequest key = files.pending("host", KeyRequest.make(host));
        KeyRequest linkKey = files.pending("links", KeyRequest.make(host));
        Asked asked = new Asked(token.id(), host.value(), key.request(), linkKey.request());
        JoinAnswer answer = ask(router, asked, token.proof(asked));
        try {
            files.install(answer.open(token, asked), key, linkKey);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(
                    ErrorCode.HOST_JOIN_REFUSED, "This host has not joined: " + e.getMessage() + ".");
        }
    }

    private static JoinAnswer ask(URI router, Asked asked, String proof) throws IOException, InterruptedException {
        URI address = URI.create(router.toString().replaceAll("/+$", "") + "/v1/hosts/join");
        String body = JSON.writeValueAsString(Map.of(
                "token",
                asked.token(),
                "host",
                asked.host(),
                "request",
                asked.request(),
                "linkRequest",
                asked.linkRequest(),
                "proof",
                proof));
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try (HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            JsonNode said = JSON.readTree(response.body());
            if (response.statusCode() != OK) {
                throw new ProblemException(
                        ErrorCode.HOST_JOIN_REFUSED,
                        "The router at " + address + " answers " + response.statusCode() + " "
                                + said.path("code").asText() + ": "
                                + said.path("description").asText());
            }
            return new JoinAnswer(
                    said.path("enrolment").asText(), said.path("proof").asText());
        } catch (IOException e) {
            throw new ProblemException(
                    ErrorCode.SERVICE_UNAVAILABLE, "No router answers at " + address + ": " + e + ".");
        }
    }
}

package org.datacapsule.router.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.datacapsule.router.testing.TestRouter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page at /docs is complete in itself, whatever stands in front of the paths. */
class ReferencePageIT {
    private static final Pattern REFERENCE = Pattern.compile("(?:src|href)=\"([^\"]+)\"");

    @Test
    void thePageAndAllItRefersToComeFromThisServer(@TempDir Path directory) throws Exception {
        try (TestRouter router = TestRouter.start(directory, Map.of("http.base-path", "/capsules"));
                HttpClient http = HttpClient.newHttpClient()) {
            URI page = router.uri().resolve("/capsules/docs");
            HttpResponse<String> answer = get(http, page);

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Security-Policy"))
                    .hasValueSatisfying(policy -> assertThat(policy)
                            .startsWith("default-src 'none'; script-src 'self';")
                            .doesNotContain("unsafe-eval", "http:", "https:", "*"));
            assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
            Matcher references = REFERENCE.matcher(answer.body());
            int found = 0;
            while (references.find()) {
                String reference = references.group(1);
                if (!reference.startsWith("data:")) {
                    assertThat(get(http, page.resolve(reference)).statusCode())
                            .as(reference)
                            .isEqualTo(200);
                    found++;
                }
            }
            assertThat(found).isEqualTo(5);
            assertThat(get(http, page.resolve("docs/index.html")).statusCode()).isEqualTo(404);
            assertThat(get(http, page.resolve("docs/..%2Fopenapi.yaml")).statusCode())
                    .isEqualTo(404);
        }
    }

    private static HttpResponse<String> get(HttpClient http, URI uri) throws Exception {
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}

package org.datacapsule.router.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.error.Violation;
import org.junit.jupiter.api.Test;

/** Error bodies are pinned by golden files: front ends are written against them. */
class ErrorRendererTest {
    private static final String REQUEST = "request-1";

    private final ErrorRenderer errors = new ErrorRenderer(failure -> failure instanceof ConnectException
            ? Optional.of(Problem.of(ErrorCode.SERVICE_UNAVAILABLE, "The database is away; try again in a moment."))
            : Optional.empty());

    @Test
    void aRefusalIsItsCodeAndItsWords() throws IOException {
        ErrorRenderer.Rendered rendered =
                errors.render(new ProblemException(ErrorCode.CAPSULE_INVALID_STATE, "It is RUNNING."), REQUEST);

        assertGolden("invalid-state", rendered);
        assertThat(rendered.headers()).isEmpty();
    }

    @Test
    void violationsAreListedByField() throws IOException {
        Problem problem = new Problem(
                ErrorCode.REQUEST_INVALID,
                "vcpu: 0 is not allowed.",
                List.of(new Violation("vcpu", "0 is not allowed"), new Violation("memory", "is required")));

        assertGolden("violations", errors.render(problem.asException(), REQUEST));
    }

    @Test
    void aFaultOfOursSaysNothingOfItself() throws IOException {
        ErrorRenderer.Rendered rendered =
                errors.render(new IllegalStateException("SELECT secret FROM /etc/passwd"), REQUEST);

        assertGolden("internal", rendered);
        assertThat(rendered.body().encode()).doesNotContain("secret", "IllegalState", "passwd");
    }

    @Test
    void aKnownFailureOfAPartBelowIsWhatItIsKnownFor() throws IOException {
        ErrorRenderer.Rendered rendered = errors.render(new ConnectException("10.0.0.5:5432 refused"), REQUEST);

        assertGolden("unavailable", rendered);
        assertThat(rendered.headers()).containsEntry("Retry-After", "2");
    }

    @Test
    void aMissingTokenIsChallengedWithoutAnError() {
        assertThat(errors.render(new ProblemException(ErrorCode.AUTH_TOKEN_MISSING, "x"), REQUEST)
                        .headers())
                .containsEntry("WWW-Authenticate", "Bearer realm=\"datacapsule\"");
        assertThat(errors.render(new ProblemException(ErrorCode.AUTH_TOKEN_EXPIRED, "x"), REQUEST)
                        .headers())
                .containsEntry("WWW-Authenticate", "Bearer realm=\"datacapsule\", error=\"invalid_token\"");
    }

    private void assertGolden(String name, ErrorRenderer.Rendered rendered) throws IOException {
        try (InputStream golden = getClass().getResourceAsStream("/errors/" + name + ".json")) {
            assertThat(golden).as(name).isNotNull();
            String expected = golden == null ? "" : new String(golden.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(rendered.body().encodePrettily() + "\n").isEqualTo(expected);
        }
    }
}

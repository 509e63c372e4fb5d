package org.datacapsule.common.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Optional;
import org.datacapsule.common.certificate.Certificates;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.testing.TestAuthority;
import org.datacapsule.common.wire.Enrolment;
import org.datacapsule.common.wire.WireJson;
import org.junit.jupiter.api.Test;

class JoinTokenTest {
    private final Identity host = new TestAuthority().identity("h1");
    private final JoinToken token = JoinToken.random(Certificates.fingerprint(host.authority()));
    private final JoinRequest.Asked asked = new JoinRequest.Asked(token.id(), "h1", "request", "link request");

    @Test
    void itIsReadAsItWasWritten() {
        assertThat(JoinToken.parse(" " + token.text() + "\n")).isEqualTo(token);
        assertThat(token.toString()).doesNotContain(token.secret());
        for (String bad : List.of("", "dcj1", token.text().substring(1), token.text() + "0", token.id())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> JoinToken.parse(bad))
                    .withMessageContaining("no join token")
                    .withMessageNotContaining(token.secret());
        }
    }

    @Test
    void aProofIsForOneRequestAndOneTokenOnly() {
        JoinToken other = JoinToken.random(token.fingerprint());
        JoinRequest.Asked changed = new JoinRequest.Asked(token.id(), "h1", "request of mine", "link request");

        assertThat(token.proof(asked)).isEqualTo(token.proof(asked));
        assertThat(List.of(other.proof(asked), token.proof(changed), token.proof(asked, "")))
                .doesNotContain(token.proof(asked));
    }

    @Test
    void anAnswerIsOpenedWhenItComesFromWhoMadeTheToken() {
        String enrolment = WireJson.text(enrolment(host));

        assertThat(new JoinAnswer(enrolment, token.proof(asked, enrolment)).open(token, asked))
                .isEqualTo(enrolment(host));
    }

    @Test
    void anAnswerOfWhoDoesNotKnowTheTokenIsRefused() {
        String enrolment = WireJson.text(enrolment(host));
        JoinToken guessed = new JoinToken(token.id(), JoinToken.random("0").secret(), token.fingerprint());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new JoinAnswer(enrolment, guessed.proof(asked, enrolment)).open(token, asked))
                .withMessageContaining("does not come from a router that knows the token");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new JoinAnswer(enrolment + " ", token.proof(asked, enrolment)).open(token, asked));
    }

    @Test
    void anAuthorityThatTheTokenDoesNotNameIsRefused() {
        String enrolment = WireJson.text(enrolment(new TestAuthority().identity("h1")));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new JoinAnswer(enrolment, token.proof(asked, enrolment)).open(token, asked))
                .withMessageContaining("ask for a new token");
    }

    private static Enrolment enrolment(Identity identity) {
        return new Enrolment(
                new HostId("h1"),
                identity.certificatePem(),
                identity.authorityPem(),
                "link",
                "link authority",
                List.of("key"),
                List.of("127.0.0.1:5703"),
                "10.90.0.0/16",
                Optional.empty());
    }
}

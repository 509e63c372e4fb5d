package org.datacapsule.router.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.datacapsule.common.config.Settings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings that cannot work are refused before the server starts. */
class ConfigTest {
    private static final Map<String, String> GOOD =
            Map.of("auth.issuer", "i", "auth.audience", "a", "auth.jwks-file", "keys.json");

    @Test
    void theDefaultsAreForOneMachine() {
        Settings settings = Settings.of(GOOD);

        HttpConfig http = HttpConfig.from(settings);

        assertThat(http.host()).isEqualTo("127.0.0.1");
        assertThat(http.basePath()).isEmpty();
        assertThat(AuthConfig.from(settings).leeway()).hasSeconds(30);
        assertThatCode(settings::verify).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "http.base-path, capsules, http.base-path",
        "http.base-path, /a b, http.base-path",
        "http.tls.key, key.pem, http.tls.certificate",
        "auth.jwks-url, http://keys.example.org/jwks, auth.jwks-url",
        "auth.jwks-url, not a url, auth.jwks-url",
        "auth.jwks-url, https://keys.example.org/jwks, exclude each other",
        "auth.issuer, , auth.issuer",
    })
    void whatCannotWorkIsRefused(String key, @Nullable String value, String named) {
        Map<String, String> values = new HashMap<>(GOOD);
        if (value == null) {
            values.remove(key);
        } else {
            values.put(key, value);
        }
        Settings settings = Settings.of(values);

        HttpConfig.from(settings);
        AuthConfig.from(settings);

        assertThatThrownBy(settings::verify).hasMessageContaining(named);
    }

    @Test
    void outsideDevelopmentKeysMustBeNamed() {
        Settings production = Settings.of(Map.of("auth.issuer", "i", "auth.audience", "a"));
        Settings development = Settings.of(Map.of("auth.issuer", "i", "auth.audience", "a", "development", "true"));

        AuthConfig.from(production);
        AuthConfig.from(development);

        assertThatThrownBy(production::verify).hasMessageContaining("auth.jwks-file or auth.jwks-url must be set");
        assertThatCode(development::verify).doesNotThrowAnyException();
    }
}

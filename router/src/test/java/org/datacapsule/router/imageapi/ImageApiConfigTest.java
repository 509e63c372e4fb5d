package org.datacapsule.router.imageapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.datacapsule.common.config.Settings;
import org.junit.jupiter.api.Test;

class ImageApiConfigTest {

    @Test
    void nothingIsServedUnlessItIsAskedForAndAccountsAreForDevelopers() throws Exception {
        ImageApiConfig plain = read(Map.of(), false);
        ImageApiConfig development = read(Map.of("image-apis.vice.enabled", "true"), true);

        assertThat(plain.nova() || plain.zstack() || plain.danube() || plain.accounts())
                .isFalse();
        assertThat(plain.vice()).isEmpty();
        assertThat(development.vice()).contains("/vice/v1");
        assertThat(development.accounts()).isTrue();
        assertThat(read(Map.of("image-apis.accounts", "false"), true).accounts())
                .isFalse();
    }

    @Test
    void accountsThatStrangersMakeAreRefusedInProduction() {
        assertThatThrownBy(() -> read(Map.of("image-apis.accounts", "true"), false))
                .hasMessageContaining("image-apis.accounts is true, and development is not");
    }

    @Test
    void theRegistrysPathIsNoneOfTheCapsuleApis() throws Exception {
        assertThat(read(Map.of("image-apis.vice.enabled", "true", "image-apis.vice.path", "/registry"), false)
                        .vice())
                .contains("/registry");
        for (String path : new String[] {"/v1", "/v1/vice", "vice", "/vice/", "/vi:ce"}) {
            assertThatThrownBy(() -> read(Map.of("image-apis.vice.path", path), false))
                    .hasMessageContaining("image-apis.vice.path is \"" + path + "\"");
        }
    }

    private static ImageApiConfig read(Map<String, String> values, boolean development) throws Exception {
        Settings settings = Settings.of(values);
        ImageApiConfig config = ImageApiConfig.from(settings, development);
        settings.verify();
        return config;
    }
}

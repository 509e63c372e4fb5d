package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.datacapsule.common.config.SettingsReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pages that say what the code says: written by it, and compared so that they never drift from it. */
class GeneratedDocsTest {
    private static final String REWRITE = "docs.rewrite";
    private static final String HOW = "scripts/mvn -pl common,router test -Dtest=GeneratedDocsTest -D" + REWRITE
            + " -Dsurefire.failIfNoSpecifiedTests=false";
    private static final String GENERATED = "<!-- Written by GeneratedDocsTest; a change belongs into the code. -->\n";

    /** One page. */
    enum Page {
        ERROR_CODES("error-codes.md") {
            @Override
            String text() {
                return ErrorCodesPage.text();
            }
        },
        STATES("states.md") {
            @Override
            String text() {
                return StatesPage.text();
            }
        },
        CONFIGURATION("configuration-router.md") {
            @Override
            String text() {
                return """
                        # Configuration of the router

                        Keys of `/etc/datacapsule/router.yaml`; dots are nesting. Each can be overridden by a variable: `http.port` by
                        `DATACAPSULE_HTTP_PORT`. Durations are such as `500ms`, `30s`, `5m`, `12h`, `7d`. All errors are reported at
                        once at start, unknown keys included.

                        """ + SettingsReference.of(RouterConfig::from);
            }
        };

        private final String file;

        Page(String file) {
            this.file = file;
        }

        abstract String text();
    }

    @ParameterizedTest
    @EnumSource
    void thePageSaysWhatTheCodeSays(Page page) throws IOException {
        Path file = Path.of("..", "docs", page.file);
        String text = GENERATED + page.text();
        if (System.getProperty(REWRITE) != null) {
            Files.writeString(file, text);
        }

        assertThat(Files.exists(file) ? Files.readString(file) : "")
                .as("docs/" + page.file + " is not what the code says; rewrite it with: " + HOW)
                .isEqualTo(text);
    }
}

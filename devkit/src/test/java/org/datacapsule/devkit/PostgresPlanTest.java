package org.datacapsule.devkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PostgresPlanTest {

    @Test
    void namesThatWouldNeedQuotingAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan("/tmp/data", "x; drop database postgres"))
                .withMessageContaining("x; drop database postgres");
    }

    @Test
    void theDataDirectoryIsAbsolute() {
        assertThatIllegalArgumentException().isThrownBy(() -> plan("data", "capsules"));
        assertThatIllegalArgumentException().isThrownBy(() -> plan("/", "capsules"));
    }

    @Test
    void anEmptyPasswordIsNone() {
        assertThat(new PostgresPlan(Path.of("/tmp/data"), 0, "a", "b", Optional.of("")).password())
                .isEmpty();
    }

    private static PostgresPlan plan(String data, String database) {
        return new PostgresPlan(Path.of(data), 0, database, "capsules", Optional.empty());
    }
}

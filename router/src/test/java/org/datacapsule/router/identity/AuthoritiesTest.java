package org.datacapsule.router.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthoritiesTest {
    @TempDir
    Path directory;

    @Test
    void outsideOfDevelopmentTheyAreMadeByAnOperatorOnly() throws IOException {
        assertThatThrownBy(() -> Authorities.open(config(false)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("datacapsule-router authority init --directory");

        Authorities made = Authorities.open(config(true));

        assertThat(Authorities.open(config(false)).members().certificate())
                .isEqualTo(made.members().certificate());
        assertThat(made.links().certificate()).isNotEqualTo(made.members().certificate());
    }

    @Test
    void onlyTheirOwnerReadsTheKeysAndNothingElseIsLeft() throws IOException {
        Authorities.open(config(true));

        for (String name : List.of("members.key.pem", "links.key.pem")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(where().resolve(name))))
                    .isEqualTo("rw-------");
        }
        assertThat(names(where()))
                .containsExactlyInAnyOrder("members.pem", "members.key.pem", "links.pem", "links.key.pem");
        assertThat(names(directory)).containsExactly("authority");
    }

    @Test
    void whoComesSecondTakesWhatTheFirstMade() throws IOException {
        Authorities first = Authorities.open(config(true));

        Authorities.make(where());

        assertThat(Authorities.read(where()).members().certificate())
                .isEqualTo(first.members().certificate());
        assertThat(names(directory)).containsExactly("authority");
    }

    @Test
    void aHalfOfThemIsNone() throws IOException {
        Authorities.open(config(true));
        Files.delete(where().resolve("links.key.pem"));

        assertThatThrownBy(() -> Authorities.open(config(true)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("links.key.pem");
    }

    private AuthorityConfig config(boolean development) {
        return new AuthorityConfig(where(), development, Duration.ofDays(90), Duration.ofMinutes(2));
    }

    private Path where() {
        return directory.resolve("authority");
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> list = Files.list(folder)) {
            return list.map(path -> path.getFileName().toString()).toList();
        }
    }
}

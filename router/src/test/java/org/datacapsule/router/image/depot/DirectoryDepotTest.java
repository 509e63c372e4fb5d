package org.datacapsule.router.image.depot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.Stream;
import org.datacapsule.common.id.Sha256;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryDepotTest {
    /** Of "abc" (FIPS 180-4). */
    private static final Sha256 ABC = new Sha256("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");

    @TempDir
    private Path home;

    private Path directory;
    private DirectoryDepot depot;

    @BeforeEach
    void open() throws IOException {
        directory = home.resolve("images");
        depot = DirectoryDepot.open(directory, 0);
    }

    @Test
    void whatIsKeptIsFoundByItsContent() throws IOException {
        assertThat(depot.file(ABC)).isEmpty();
        assertThat(depot.size(ABC)).isEmpty();

        assertThat(keep(written(UUID.randomUUID(), "abc"))).isEqualTo(ABC);

        assertThat(depot.size(ABC)).hasValue(3);
        assertThat(depot.file(ABC).orElseThrow()).hasContent("abc");
        try (InputStream in = depot.read(ABC, 1)) {
            assertThat(in.readAllBytes()).asString().isEqualTo("bc");
        }
        assertThat(filesBelow()).containsExactly(ABC + ".qcow2");
    }

    @Test
    void keepingTheSameTwiceIsKeepingItOnce() throws IOException {
        keep(written(UUID.randomUUID(), "abc"));
        keep(written(UUID.randomUUID(), "abc"));

        assertThat(filesBelow()).containsExactly(ABC + ".qcow2");
    }

    @Test
    void whatIsRemovedIsGoneAndRemovingItAgainIsAsGood() throws IOException {
        keep(written(UUID.randomUUID(), "abc"));

        depot.remove(ABC);
        depot.remove(ABC);

        assertThat(depot.file(ABC)).isEmpty();
        assertThatThrownBy(() -> depot.read(ABC, 0)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void anotherRouterGoesOnWithADraft() throws IOException {
        UUID name = UUID.randomUUID();
        written(name, "ab");
        Draft draft = DirectoryDepot.open(directory, 0).drafts().draft(name);

        assertThat(draft.size()).isEqualTo(2);
        try (Draft.Writing writing = draft.write(2)) {
            writing.append(bytes("c"));
            assertThat(writing.position()).isEqualTo(3);
        }

        assertThat(keep(draft)).isEqualTo(ABC);
    }

    @Test
    void whatWasWrittenBehindTheKnownBytesIsCutOff() throws IOException {
        UUID name = UUID.randomUUID();
        Draft draft = written(name, "abxyz");
        try (Draft.Writing writing = draft.write(2)) {
            writing.append(bytes("c"));
        }
        assertThat(draft.file()).hasContent("abc");
    }

    @Test
    void aDraftThatLostBytesIsNotGoneOnWith() throws IOException {
        Draft draft = written(UUID.randomUUID(), "ab");
        assertThatThrownBy(() -> draft.write(3)).hasMessageContaining("has 2 bytes where 3 were written");
    }

    @Test
    void whatNobodyWroteToForLongIsSwept() throws IOException {
        Draft old = written(UUID.randomUUID(), "old");
        Draft young = written(UUID.randomUUID(), "young");
        Files.setLastModifiedTime(old.file(), FileTime.from(Instant.now().minus(Duration.ofHours(3))));
        keep(written(UUID.randomUUID(), "abc"));

        assertThat(depot.drafts().sweep(Duration.ofHours(2))).isEqualTo(1);

        assertThat(old.size()).isZero();
        assertThat(young.size()).isEqualTo(5);
        assertThat(depot.file(ABC)).isPresent();
    }

    @Test
    void roomIsWhatTheFileSystemHasLessWhatIsSpared() throws IOException {
        assertThat(depot.drafts().room()).isPositive();
        assertThat(DirectoryDepot.open(directory, Long.MAX_VALUE).drafts().room())
                .isZero();
    }

    private Sha256 keep(Draft draft) throws IOException {
        Sha256 content = draft.sha256();
        depot.keep(draft, content);
        return content;
    }

    private Draft written(UUID name, String text) throws IOException {
        Draft draft = depot.drafts().draft(name);
        try (Draft.Writing writing = draft.write(0)) {
            writing.append(bytes(text));
            writing.force();
        }
        return draft;
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private Stream<String> filesBelow() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files
                    .filter(Files::isRegularFile)
                    .map(file -> directory.relativize(file).toString())
                    .toList()
                    .stream();
        }
    }
}

package org.datacapsule.common.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretBoxTest {
    private final SecretBox box = new SecretBox(key(1));

    @Test
    void whatWasSealedOpensAtItsPlace() {
        assertThat(box.open(box.seal("pässword", "capsule/1"), "capsule/1")).isEqualTo("pässword");
    }

    @Test
    void nothingOfTheSecretIsToBeSeen() {
        String sealed = new String(box.seal("password", "p"), StandardCharsets.ISO_8859_1);

        assertThat(sealed).doesNotContain("password");
        assertThat(box.seal("password", "p")).isNotEqualTo(box.seal("password", "p"));
    }

    @Test
    void itDoesNotOpenElsewhereNorWithAnotherKeyNorAltered() {
        byte[] sealed = box.seal("password", "capsule/1");

        assertThatThrownBy(() -> box.open(sealed, "capsule/2")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new SecretBox(key(2)).open(sealed, "capsule/1"))
                .isInstanceOf(IllegalStateException.class);
        for (int i = 0; i < sealed.length; i++) {
            byte[] altered = sealed.clone();
            altered[i] ^= 1;
            assertThatThrownBy(() -> box.open(altered, "capsule/1")).isInstanceOf(IllegalStateException.class);
        }
        assertThatThrownBy(() -> box.open(new byte[3], "capsule/1")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void manyAtATimeDoNotMixTheirSecrets() {
        List<String> opened = IntStream.range(0, 2000)
                .parallel()
                .mapToObj(i -> box.open(box.seal("password " + i, "capsule/" + i), "capsule/" + i))
                .toList();

        assertThat(opened)
                .isEqualTo(
                        IntStream.range(0, 2000).mapToObj(i -> "password " + i).toList());
    }

    @Test
    void oneThatIsRefusedHasNoEffectOnTheNext() {
        byte[] sealed = box.seal("password", "capsule/1");

        assertThatThrownBy(() -> box.open(sealed, "capsule/2")).isInstanceOf(IllegalStateException.class);

        assertThat(box.open(sealed, "capsule/1")).isEqualTo("password");
    }

    @Test
    void theKeyFileHolds32BytesInBase64(@TempDir Path directory) throws IOException {
        Path good =
                Files.writeString(directory.resolve("good"), Base64.getEncoder().encodeToString(key(1)) + "\n");
        Path tooShort = Files.writeString(directory.resolve("short"), "AAAA");

        assertThat(SecretBox.fromKeyFile(good).open(box.seal("s", "p"), "p")).isEqualTo("s");
        assertThatThrownBy(() -> SecretBox.fromKeyFile(tooShort))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("32 bytes");
    }

    private static byte[] key(int fill) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) fill);
        return key;
    }
}

package org.datacapsule.router.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SeedTimeTest {
    private static final DateTimeFormatter MODEL = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
    private static final long YEARS = 4_000_000_000L;

    @Test
    void aTimeIsWrittenAsTheSeedHasIt() {
        assertThat(SeedTime.text(OffsetDateTime.parse("2026-01-02T01:04:05.999+02:00")))
                .isEqualTo("2026-01-01 23:04:05");
    }

    @Test
    void itIsWhatAFormatterWrites() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            OffsetDateTime time = Instant.ofEpochSecond(random.nextLong(YEARS), random.nextInt(1_000_000_000))
                    .atOffset(ZoneOffset.ofTotalSeconds(random.nextInt(36) * 900 - 16_200));

            assertThat(SeedTime.text(time))
                    .as("seed %d", seed)
                    .isEqualTo(time.withOffsetSameInstant(ZoneOffset.UTC).format(MODEL));
        }
    }
}

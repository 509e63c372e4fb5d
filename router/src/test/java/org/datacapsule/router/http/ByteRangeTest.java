package org.datacapsule.router.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.junit.jupiter.api.Test;

class ByteRangeTest {
    private static final String TAG = "\"tag\"";

    @Test
    void oneRangeIsServed() {
        assertThat(of("bytes=0-0", 10)).contains(new ByteRange(0, 1));
        assertThat(of("bytes=3-", 10)).contains(new ByteRange(3, 7));
        assertThat(of("bytes=3-99", 10)).contains(new ByteRange(3, 7));
        assertThat(of("bytes=-4", 10)).contains(new ByteRange(6, 4));
        assertThat(of("bytes=-99", 10)).contains(new ByteRange(0, 10));
        assertThat(of(" bytes = 2 - 3 ", 10)).contains(new ByteRange(2, 2));
    }

    @Test
    void whatIsNoRangeIsAsGoodAsNone() {
        for (String header : List.of(
                "",
                "bytes",
                "bytes=",
                "bytes=-",
                "bytes=a-b",
                "lines=1-2",
                "bytes=1-2,4-5",
                "bytes=5-2",
                "bytes=99999999999999999999-",
                "bytes=--1")) {
            assertThat(of(header, 10)).as(header).isEmpty();
        }
        assertThat(ByteRange.of(Optional.empty(), Optional.empty(), 10, TAG)).isEmpty();
        assertThat(of("bytes=0-", 0)).isEmpty();
    }

    @Test
    void aChangedFileIsSentWhole() {
        assertThat(ByteRange.of(Optional.of("bytes=1-"), Optional.of(TAG), 10, TAG))
                .isPresent();
        assertThat(ByteRange.of(Optional.of("bytes=1-"), Optional.of("\"old\""), 10, TAG))
                .isEmpty();
    }

    @Test
    void whatIsBeyondTheEndIsRefused() {
        for (String header : List.of("bytes=10-", "bytes=11-12", "bytes=-0")) {
            assertThatExceptionOfType(ProblemException.class)
                    .as(header)
                    .isThrownBy(() -> of(header, 10))
                    .satisfies(refusal ->
                            assertThat(refusal.problem().code()).isEqualTo(ErrorCode.REQUEST_RANGE_NOT_SATISFIABLE));
        }
    }

    private static Optional<ByteRange> of(String header, long size) {
        return ByteRange.of(Optional.of(header), Optional.empty(), size, TAG);
    }
}

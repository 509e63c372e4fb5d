package org.datacapsule.agent.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.ResultMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
    private final CapsuleId capsule = CapsuleId.random();

    @TempDir
    private Path directory = Path.of("");

    private Instant now = Instant.parse("2026-01-01T23:59:00Z");

    @Test
    void aTransferOfYesterdayIsStillKnownAndNoLongerCounts() throws Exception {
        Ledger ledger = open(List.of());
        ledger.add(result("a".repeat(32)));
        now = now.plus(Duration.ofMinutes(2));

        assertThat(ledger.today(capsule)).isZero();
        assertThat(ledger.find(capsule, "a".repeat(32))).isPresent();
        assertThat(open(List.of()).find(capsule, "a".repeat(32))).isPresent();
        assertThat(open(List.of()).today(capsule)).isZero();
    }

    @Test
    void whatWasSpooledBeforeACrashIsCountedOnce() throws Exception {
        SpooledResult result = result("a".repeat(32));

        assertThat(open(List.of(result)).today(capsule)).isEqualTo(1);
        assertThat(open(List.of(result)).today(capsule)).isEqualTo(1);
    }

    @Test
    void oldAndUnreadablePagesAreRemoved() throws Exception {
        open(List.of()).add(result("a".repeat(32)));
        Files.writeString(directory.resolve(CapsuleId.random() + ".json"), "{");
        Files.writeString(directory.resolve("notes.json.tmp"), "half");
        now = now.plus(Duration.ofDays(2));

        open(List.of());

        assertThat(directory).isEmptyDirectory();
    }

    private Ledger open(List<SpooledResult> spooled) throws IOException {
        return Ledger.open(directory, spooled, () -> now);
    }

    private SpooledResult result(String transfer) {
        return new SpooledResult(
                transfer,
                new ResultMessage.Begin(
                        ResultId.random(), capsule, TestResults.HOST, 1, 10, new Sha256("0".repeat(64)), now));
    }
}

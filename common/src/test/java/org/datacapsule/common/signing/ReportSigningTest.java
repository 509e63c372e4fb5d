package org.datacapsule.common.signing;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.datacapsule.common.certificate.EllipticKeys;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.ProgressReport;
import org.datacapsule.common.wire.ReportContract;
import org.datacapsule.common.wire.SignedReport;
import org.datacapsule.common.wire.WireJson;
import org.junit.jupiter.api.Test;

class ReportSigningTest {
    private static final HostId HOST = new HostId("h1");
    private static final ReportContract<ProgressReport, ?> CONTRACT = Contracts.PROGRESS;
    private static final ProgressReport REPORT = new ProgressReport(OperationId.random(), 1, HOST, "step", 50);
    private static final InstantSource STILL = InstantSource.fixed(Instant.parse("2026-01-01T00:00:00.123456789Z"));

    private final KeyPair keys = EllipticKeys.make();
    private final ReportSigner signer = new ReportSigner(HOST, keys.getPrivate(), keys.getPublic(), STILL);

    @Test
    void aReportIsVerifiedAfterItWentOverTheBus() {
        SignedReport sent = signer.sign(CONTRACT, REPORT);
        SignedReport come = WireJson.read(WireJson.text(sent), SignedReport.class);

        assertThat(ReportVerifier.isSignedBy(keys.getPublic(), CONTRACT, come)).isTrue();
        assertThat(come.keyId()).isEqualTo(ReportVerifier.keyId(keys.getPublic()));
        assertThat(WireJson.read(come.report(), ProgressReport.class)).isEqualTo(REPORT);
    }

    @Test
    void whateverIsChangedOfItTheSignatureDoesNotFit() {
        SignedReport sent = signer.sign(CONTRACT, REPORT);
        List<SignedReport> changed = List.of(
                new SignedReport(new HostId("h2"), sent.keyId(), sent.at(), sent.report(), sent.signature()),
                new SignedReport(HOST, sent.keyId(), sent.at().plusMillis(1), sent.report(), sent.signature()),
                new SignedReport(HOST, sent.keyId(), sent.at(), sent.report() + " ", sent.signature()),
                new SignedReport(HOST, sent.keyId(), sent.at(), sent.report(), "AAAA"),
                new SignedReport(HOST, sent.keyId(), sent.at(), sent.report(), "!"));

        assertThat(changed).noneMatch(one -> ReportVerifier.isSignedBy(keys.getPublic(), CONTRACT, one));
        assertThat(ReportVerifier.isSignedBy(EllipticKeys.make().getPublic(), CONTRACT, sent))
                .isFalse();
        assertThat(ReportVerifier.isSignedBy(keys.getPublic(), Contracts.OUTCOME, sent))
                .isFalse();
    }

    @Test
    void eachReportIsLaterThanTheOneBefore() {
        List<Instant> times = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            times.add(signer.sign(CONTRACT, REPORT).at());
        }

        assertThat(times)
                .isSorted()
                .doesNotHaveDuplicates()
                .allMatch(time -> Duration.between(STILL.instant(), time).abs().compareTo(Duration.ofMillis(1)) < 0);
    }
}

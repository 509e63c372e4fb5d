package org.datacapsule.router.receipt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.router.operation.Operation;
import org.datacapsule.router.operation.OperationState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReceiptCheckTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final Optional<Sha256> HASH = Optional.of(new Sha256("0a".repeat(32)));
    private static final Optional<String> POLICY = Optional.of("secure");
    private static final List<String> VERIFIED = List.of("The kernel drops what the policy does not allow.");
    private static final Operation OPERATION = new Operation(
            OperationId.random(),
            CapsuleId.random(),
            OperationKind.SWITCH_TO_SECURE,
            OperationState.RUNNING,
            3,
            1,
            new HostId("h1"),
            1,
            "request",
            NOW.plusSeconds(900).atOffset(ZoneOffset.UTC),
            false);

    @ParameterizedTest
    @EnumSource
    void aReceiptOfItsOperationHolds(CapsuleMode mode) {
        assertThat(ReceiptCheck.fault(of(mode), OPERATION, mode)).isEmpty();
        assertThat(ReceiptCheck.contradiction(of(mode))).isEmpty();
    }

    @Test
    void aReceiptOfSomethingElseDoesNot() {
        ModeReceipt good = of(CapsuleMode.SECURE);
        Map<String, ModeReceipt> bad = new LinkedHashMap<>();
        bad.put("another operation", with(good, OperationId.random(), OPERATION.capsule(), OPERATION.host(), 1));
        bad.put("another capsule", with(good, OPERATION.id(), CapsuleId.random(), OPERATION.host(), 1));
        bad.put("another home", with(good, OPERATION.id(), OPERATION.capsule(), new HostId("h2"), 1));
        bad.put("another home of", with(good, OPERATION.id(), OPERATION.capsule(), OPERATION.host(), 2));
        bad.put("mode MAINTENANCE", of(CapsuleMode.MAINTENANCE));
        bad.put("clock", at(Instant.EPOCH));
        bad.put("clock is wrong", at(Instant.MAX));
        bad.put("the host's clock", at(Instant.MIN));

        bad.forEach((why, receipt) -> assertThat(ReceiptCheck.fault(receipt, OPERATION, CapsuleMode.SECURE))
                .as(why)
                .hasValueSatisfying(fault -> assertThat(fault).contains(why)));
    }

    @Test
    void aReceiptThatContradictsItselfDoesNot() {
        Optional<Instant> attached = Optional.of(NOW);
        Optional<Instant> never = Optional.empty();
        assertContradicts("nothing was verified", CapsuleMode.SECURE, POLICY, HASH, List.of(), attached);
        assertContradicts("policy", CapsuleMode.SECURE, Optional.empty(), HASH, VERIFIED, attached);
        assertContradicts("policy", CapsuleMode.SECURE, Optional.of("a\0b"), HASH, VERIFIED, attached);
        assertContradicts("policy", CapsuleMode.SECURE, Optional.of(" "), HASH, VERIFIED, attached);
        assertContradicts("policy", CapsuleMode.SECURE, Optional.of("x".repeat(201)), HASH, VERIFIED, attached);
        assertContradicts("rules", CapsuleMode.SECURE, POLICY, Optional.empty(), VERIFIED, attached);
        assertContradicts("rules", CapsuleMode.MAINTENANCE, POLICY, Optional.empty(), VERIFIED, never);
        assertContradicts("when", CapsuleMode.SECURE, POLICY, HASH, VERIFIED, never);
        assertContradicts(
                "before the policy", CapsuleMode.SECURE, POLICY, HASH, VERIFIED, Optional.of(NOW.minusNanos(1)));
        assertContradicts("out of secure mode", CapsuleMode.MAINTENANCE, POLICY, HASH, VERIFIED, attached);
        assertContradicts("out of secure mode", CapsuleMode.NOT_DEFINED, POLICY, HASH, VERIFIED, attached);
    }

    private static void assertContradicts(
            String why,
            CapsuleMode mode,
            Optional<String> policy,
            Optional<Sha256> hash,
            List<String> verified,
            Optional<Instant> attached) {
        ModeReceipt receipt = new ModeReceipt(
                OPERATION.capsule(),
                OPERATION.host(),
                OPERATION.id(),
                1,
                mode,
                policy,
                hash,
                hash,
                verified,
                NOW,
                attached);
        assertThat(ReceiptCheck.contradiction(receipt))
                .as(receipt.toString())
                .hasValueSatisfying(said -> assertThat(said).contains(why));
    }

    private static ModeReceipt of(CapsuleMode mode) {
        boolean runs = mode != CapsuleMode.NOT_DEFINED;
        return new ModeReceipt(
                OPERATION.capsule(),
                OPERATION.host(),
                OPERATION.id(),
                1,
                mode,
                runs ? POLICY : Optional.empty(),
                runs ? HASH : Optional.empty(),
                runs ? HASH : Optional.empty(),
                VERIFIED,
                NOW,
                mode == CapsuleMode.SECURE ? Optional.of(NOW) : Optional.empty());
    }

    private static ModeReceipt at(Instant time) {
        ModeReceipt good = of(CapsuleMode.SECURE);
        return new ModeReceipt(
                good.capsule(),
                good.host(),
                good.operation(),
                1,
                good.mode(),
                good.policy(),
                good.policyHash(),
                good.rulesHash(),
                good.verified(),
                time,
                Optional.of(time));
    }

    private static ModeReceipt with(
            ModeReceipt receipt, OperationId operation, CapsuleId capsule, HostId host, long generation) {
        return new ModeReceipt(
                capsule,
                host,
                operation,
                generation,
                receipt.mode(),
                receipt.policy(),
                receipt.policyHash(),
                receipt.rulesHash(),
                receipt.verified(),
                receipt.verifiedAt(),
                receipt.volumeAttachedAt());
    }
}

package org.datacapsule.router.receipt;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.router.operation.Operation;

/** What a receipt must say, besides being signed. Pure. */
final class ReceiptCheck {
    /** A report may come late, but a host whose clock is further off testifies to no time at all. */
    private static final Duration CLOCK = Duration.ofDays(30);

    private static final int LONGEST_NAME = 200;

    private ReceiptCheck() {}

    /** Why a receipt is no evidence that {@code operation} led to {@code mode}; empty when it is. */
    static Optional<String> fault(ModeReceipt receipt, Operation operation, CapsuleMode mode) {
        if (!receipt.operation().equals(operation.id())) {
            return Optional.of("it is of another operation");
        }
        if (!receipt.capsule().equals(operation.capsule())) {
            return Optional.of("it is of another capsule");
        }
        if (!receipt.host().equals(operation.host()) || receipt.generation() != operation.generation()) {
            return Optional.of("it is of another home of the capsule");
        }
        if (receipt.mode() != mode) {
            return Optional.of("it is of mode " + receipt.mode());
        }
        if (isFarFrom(operation.deadline().toInstant(), receipt.verifiedAt())) {
            return Optional.of("the host's clock is wrong");
        }
        return contradiction(receipt);
    }

    /** Why a receipt cannot be true, whatever it is about. */
    static Optional<String> contradiction(ModeReceipt receipt) {
        if (receipt.verified().isEmpty()) {
            return Optional.of("it says that nothing was verified");
        }
        boolean attached = receipt.volumeAttachedAt().isPresent();
        if (attached && receipt.mode() != CapsuleMode.SECURE) {
            return Optional.of("it has the secure volume attached out of secure mode");
        }
        if (receipt.mode() != CapsuleMode.NOT_DEFINED && !namesPolicyAndRules(receipt)) {
            return Optional.of("it does not name the policy and the rules in force");
        }
        if (receipt.mode() == CapsuleMode.SECURE && !attached) {
            return Optional.of("it does not say when the secure volume was attached");
        }
        if (receipt.volumeAttachedAt()
                .filter(when -> when.isBefore(receipt.verifiedAt()))
                .isPresent()) {
            return Optional.of("it has the secure volume attached before the policy was verified");
        }
        return Optional.empty();
    }

    private static boolean namesPolicyAndRules(ModeReceipt receipt) {
        return receipt.policy().filter(ReceiptCheck::isName).isPresent()
                && receipt.policyHash().isPresent()
                && receipt.rulesHash().isPresent();
    }

    private static boolean isName(String text) {
        return !text.isBlank() && text.length() <= LONGEST_NAME && text.chars().noneMatch(Character::isISOControl);
    }

    private static boolean isFarFrom(Instant deadline, Instant verified) {
        return verified.isBefore(deadline.minus(CLOCK)) || verified.isAfter(deadline.plus(CLOCK));
    }
}

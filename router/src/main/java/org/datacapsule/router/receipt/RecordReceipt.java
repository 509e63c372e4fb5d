package org.datacapsule.router.receipt;

import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.signing.ReceiptVerifier;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.common.wire.SignedReceipt;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.operation.Operation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the receipt that an outcome comes with, once it holds. */
public final class RecordReceipt {
    private static final Logger LOG = LoggerFactory.getLogger(RecordReceipt.class);

    private final ReceiptStore store;

    public RecordReceipt(ReceiptStore store) {
        this.store = store;
    }

    /** Answers the problem of an operation that has not succeeded without its receipt; one that does not hold is not kept. */
    public Optional<Problem> record(Tx tx, Operation operation, Optional<SignedReceipt> given)
            throws InterruptedException {
        Optional<CapsuleMode> mode = testified(operation.kind());
        if (given.isEmpty() && !isOwed(operation.kind())) {
            return Optional.empty();
        }
        Optional<String> fault =
                mode.isPresent() ? record(tx, operation, mode.get(), given) : Optional.of("no receipt is expected");
        log(operation, fault);
        return fault.filter(why -> isOwed(operation.kind())).map(why -> problem(operation, why));
    }

    /** The same of a guest that has come from another host in secure mode, and goes on in it. */
    public Optional<Problem> recordArrival(Tx tx, Operation operation, Optional<SignedReceipt> given)
            throws InterruptedException {
        Optional<String> fault = record(tx, operation, CapsuleMode.SECURE, given);
        log(operation, fault);
        return fault.map(why -> problem(operation, why));
    }

    private static void log(Operation operation, Optional<String> fault) {
        fault.ifPresent(why -> LOG.atError()
                .addKeyValue("capsuleId", operation.capsule())
                .addKeyValue("operationId", operation.id())
                .addKeyValue("hostId", operation.host())
                .addKeyValue("requestId", operation.requestId())
                .addKeyValue("cause", why)
                .log("a host's mode receipt does not hold"));
    }

    private Optional<String> record(Tx tx, Operation operation, CapsuleMode mode, Optional<SignedReceipt> given)
            throws InterruptedException {
        if (given.isEmpty()) {
            return Optional.of("there is none");
        }
        SignedReceipt signed = given.get();
        Optional<String> key = store.registeredKey(tx, operation.host());
        if (key.isEmpty()) {
            return Optional.of("the host has registered no key for receipts");
        }
        ModeReceipt receipt;
        try {
            receipt = ReceiptVerifier.verify(signed, key.get());
        } catch (IllegalArgumentException e) {
            LOG.atDebug().setCause(e).log("receipt not verified");
            return Optional.of("it is not signed with the key the host registered, or cannot be read");
        }
        Optional<String> fault = ReceiptCheck.fault(receipt, operation, mode);
        if (fault.isEmpty()) {
            store.insert(tx, signed, receipt);
        }
        return fault;
    }

    /** The mode that a receipt with this kind of operation is of. */
    private static Optional<CapsuleMode> testified(OperationKind kind) {
        return switch (kind) {
            case SWITCH_TO_SECURE -> Optional.of(CapsuleMode.SECURE);
            case SWITCH_TO_MAINTENANCE -> Optional.of(CapsuleMode.MAINTENANCE);
            case STOP, DELETE -> Optional.of(CapsuleMode.NOT_DEFINED);
            case CREATE,
                    LAUNCH,
                    MIGRATE,
                    EVACUATE,
                    SHARE_IMAGE,
                    TAKE_SNAPSHOT,
                    REVERT_TO_SNAPSHOT,
                    DELETE_SNAPSHOT,
                    RECOVER,
                    SYNC_KEYS -> Optional.empty();
        };
    }

    private static boolean isOwed(OperationKind kind) {
        return kind == OperationKind.SWITCH_TO_SECURE || kind == OperationKind.SWITCH_TO_MAINTENANCE;
    }

    private static Problem problem(Operation operation, String why) {
        return Problem.of(
                ErrorCode.HOST_RECEIPT_INVALID,
                "Host " + operation.host() + " says that it is done, but its mode receipt does not hold: " + why
                        + ". Look at the host, then recover the capsule, which leads to the mode that is in force there.");
    }
}

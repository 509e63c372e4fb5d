package org.datacapsule.agent.command;

import org.datacapsule.agent.hypervisor.PolicyInForce;
import org.datacapsule.agent.step.Abandoned;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.wire.Command.SwitchToMaintenance;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.common.wire.Outcome.Succeeded;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Out of secure mode: the guest as it was at the checkpoint; or, when that fails, a capsule that is stopped and shut. */
final class SwitchToMaintenanceHandler implements CommandHandler<SwitchToMaintenance> {
    private static final Logger LOG = LoggerFactory.getLogger(SwitchToMaintenanceHandler.class);

    private final SecureExit exit;
    private final Receipts receipts;

    SwitchToMaintenanceHandler(SecureExit exit, Receipts receipts) {
        this.exit = exit;
        this.receipts = receipts;
    }

    @Override
    public Succeeded handle(SwitchToMaintenance command, Operation operation) {
        try {
            PolicyInForce policy =
                    exit.backToCheckpoint(command.spec(), operation.ref().generation(), operation::reached);
            ModeReceipt receipt = receipts.of(command.spec(), operation.ref(), CapsuleMode.MAINTENANCE, policy);
            return Succeeded.with(receipts.sign(receipt));
        } catch (Abandoned e) {
            throw e;
        } catch (ProblemException e) {
            if (e.problem().code() != ErrorCode.HOST_HYPERVISOR_UNAVAILABLE) {
                stop(command, operation);
            }
            throw e;
        }
    }

    private void stop(SwitchToMaintenance command, Operation operation) {
        try {
            exit.toNothing(command.spec());
        } catch (ProblemException e) {
            operation.ref().on(LOG.atError().setCause(e)).log("could not end the guest, after a failure");
        }
    }
}

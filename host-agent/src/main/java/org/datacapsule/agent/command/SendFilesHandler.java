package org.datacapsule.agent.command;

import java.util.List;
import java.util.Optional;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.Command.SendFiles;
import org.datacapsule.common.wire.Departure;
import org.datacapsule.common.wire.Departure.SentFile;
import org.datacapsule.common.wire.Outcome.Succeeded;

/** Sends what nobody writes to, before the guest: one that has left cannot be called back. */
final class SendFilesHandler implements CommandHandler<SendFiles> {
    private final Travellers travellers;
    private final CapsuleStorage storage;

    SendFilesHandler(Travellers travellers, CapsuleStorage storage) {
        this.travellers = travellers;
        this.storage = storage;
    }

    @Override
    public Succeeded handle(SendFiles command, Operation operation) {
        CapsuleId capsule = command.spec().id();
        if (command.mode() == CapsuleMode.NOT_DEFINED) {
            if (operation.domain().isPresent()) {
                throw new ProblemException(
                        ErrorCode.HOST_HYPERVISOR_FAILED, "The capsule's guest runs, so its disk cannot be copied.");
            }
        } else {
            travellers.require(capsule, command.mode(), operation);
        }
        storage.unmarkLeaving(capsule);
        List<SentFile> files = storage.send(
                capsule,
                ReceiveHandler.stillFiles(command.mode()),
                command.landing(),
                command.mebibytesPerSecond(),
                new CopyWatch(operation, Step.RECEIVE_SSH_OPENED, Step.SEND_FILES_SENT));
        operation.reached(Step.SEND_FILES_SENT);
        return Succeeded.with(new Departure(files, Optional.empty()));
    }
}

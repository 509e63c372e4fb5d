package org.datacapsule.agent.command;

import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.Command.MakeReady;
import org.datacapsule.common.wire.Outcome.Succeeded;
import org.datacapsule.common.wire.SecureVolume;

/** Files that have come are compared with what was sent, and a guest's way is made ready: it could not be called back. */
final class MakeReadyHandler implements CommandHandler<MakeReady> {
    private final Hypervisor hypervisor;
    private final CapsuleStorage storage;

    MakeReadyHandler(Hypervisor hypervisor, CapsuleStorage storage) {
        this.hypervisor = hypervisor;
        this.storage = storage;
    }

    @Override
    public Succeeded handle(MakeReady command, Operation operation) {
        CapsuleId capsule = command.spec().id();
        storage.accept(capsule, command.image(), command.arrived());
        operation.reached(Step.MAKE_READY_FILES_ACCEPTED);
        command.volume().ifPresent(volume -> makeSecureParts(capsule, volume));
        operation.reached(Step.MAKE_READY_SECURE_PARTS_MADE);
        return Succeeded.DONE;
    }

    /** Empty, for the guest brings along what it wrote. */
    private void makeSecureParts(CapsuleId capsule, SecureVolume volume) {
        storage.awaitGuest(capsule);
        storage.makeSecureOverlay(capsule);
        hypervisor.keepKey(capsule, storage.makeArrivingVolume(capsule, volume), volume);
    }
}

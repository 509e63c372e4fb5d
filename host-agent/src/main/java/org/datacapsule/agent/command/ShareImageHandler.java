package org.datacapsule.agent.command;

import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.ImageSupply;
import org.datacapsule.agent.step.Abandoned;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.Command.ShareImage;
import org.datacapsule.common.wire.MadeImage;
import org.datacapsule.common.wire.Outcome.Succeeded;

/** Makes an image of a capsule's {@link StillDisk}. */
final class ShareImageHandler implements CommandHandler<ShareImage> {
    private final CapsuleStorage storage;
    private final ImageSupply supply;

    ShareImageHandler(CapsuleStorage storage, ImageSupply supply) {
        this.storage = storage;
        this.supply = supply;
    }

    @Override
    public Succeeded handle(ShareImage command, Operation operation) {
        MadeImage made;
        try {
            made = make(command, operation);
        } catch (Abandoned e) {
            throw e;
        } catch (RuntimeException | Error e) {
            storage.dropFlattened(command.spec().id());
            throw e;
        }
        // A command that comes now is too late to cancel this: the routers are told of the file, or nobody would remove
        // it.
        operation.steps().reached(Step.SHARE_IMAGE_KEPT, operation.ref());
        return Succeeded.made(made);
    }

    private MadeImage make(ShareImage command, Operation operation) {
        CapsuleId capsule = command.spec().id();
        operation.goOnOnlyIfWanted();
        StillDisk.require(storage, capsule, operation);
        supply.makeRoom(storage.flattenedBytes(capsule, command.image(), command.snapshot()));
        operation.reached(Step.SHARE_IMAGE_CHECKED);
        MadeImage made = storage.flatten(
                operation.ref().operation(),
                capsule,
                command.image(),
                command.snapshot(),
                new CopyWatch(operation, Step.SHARE_IMAGE_CHECKED, Step.SHARE_IMAGE_FLATTENED));
        operation.reached(Step.SHARE_IMAGE_FLATTENED);
        storage.keepFlattened(capsule, made);
        return made;
    }
}

package org.datacapsule.agent.command;

import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.ImageSupply;
import org.datacapsule.agent.step.Abandoned;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.Command.ShareImage;
import org.datacapsule.common.wire.MadeImage;
import org.datacapsule.common.wire.Outcome.Succeeded;

/**
 * Makes an image of a capsule's disk. Only of one that nobody writes to, and of which nothing of secure mode is left: what is read is
 * the disk that lies on its image, on which a guest in secure mode has its overlay and which it never changes.
 */
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
        requireStill(capsule, operation);
        supply.makeRoom(storage.flattenedBytes(capsule, command.image()));
        operation.reached(Step.SHARE_IMAGE_CHECKED);
        MadeImage made = storage.flatten(
                operation.ref().operation(),
                capsule,
                command.image(),
                new CopyWatch(operation, Step.SHARE_IMAGE_CHECKED, Step.SHARE_IMAGE_FLATTENED));
        operation.reached(Step.SHARE_IMAGE_FLATTENED);
        storage.keepFlattened(capsule, made);
        return made;
    }

    private void requireStill(CapsuleId capsule, Operation operation) {
        if (!storage.hasDisk(capsule)) {
            throw new ProblemException(
                    ErrorCode.HOST_CAPSULE_MISSING, "The host has no disk of capsule " + capsule + ".");
        }
        if (operation.domain().isPresent()) {
            throw new ProblemException(
                    ErrorCode.HOST_DISK_IN_USE, "The capsule's guest runs, so no image is made of its disk.");
        }
        if (storage.hasSecureOverlay(capsule) || storage.isAwaited(capsule)) {
            throw new ProblemException(
                    ErrorCode.HOST_DISK_IN_USE,
                    "What the capsule wrote in secure mode has not been dropped yet, so no image is made of its disk.");
        }
    }
}

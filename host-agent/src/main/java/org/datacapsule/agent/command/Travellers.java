package org.datacapsule.agent.command;

import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.GuestDomain.Attachment;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;

/** Guests that may leave: whole, and all of them in the mode that the other host has made ready for. */
final class Travellers {
    private final CapsuleNetwork network;
    private final CapsuleStorage storage;

    Travellers(CapsuleNetwork network, CapsuleStorage storage) {
        this.network = network;
        this.storage = storage;
    }

    /** @throws ProblemException when there is no such guest, or one in another mode, or between two */
    void require(CapsuleId capsule, CapsuleMode mode, Operation operation) {
        GuestDomain guest = operation
                .domain()
                .orElseThrow(() -> new ProblemException(
                        ErrorCode.HOST_CAPSULE_MISSING, "The guest ended before it could be sent to the other host."));
        if (!isWhollyIn(mode, guest, capsule)) {
            throw new ProblemException(
                    ErrorCode.HOST_CANNOT_MIGRATE,
                    "The guest is not wholly in " + mode
                            + " mode on its host; switch it, or stop it, then migrate it.");
        }
    }

    private boolean isWhollyIn(CapsuleMode mode, GuestDomain guest, CapsuleId capsule) {
        return switch (mode) {
            case MAINTENANCE -> network.isMaintenance(guest.filter()) && !guest.hasSecureParts(storage.disk(capsule));
            case SECURE ->
                network.isSecure(guest.filter())
                        && guest.attached().contains(Attachment.SECURE_VOLUME)
                        && guest.attached().contains(Attachment.RELEASE_CHANNEL)
                        && !guest.disk().equals(storage.disk(capsule))
                        && storage.hasCheckpoint(capsule);
            case NOT_DEFINED -> false;
        };
    }
}

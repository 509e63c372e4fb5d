package org.datacapsule.agent.command;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.Whereabouts;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command.Receive;
import org.datacapsule.common.wire.Landing;
import org.datacapsule.common.wire.MovedFile;
import org.datacapsule.common.wire.Outcome.Succeeded;

/** A place for a capsule that comes from another host, and a way in for its files. What a failed one leaves is evicted. */
final class ReceiveHandler implements CommandHandler<Receive> {
    private final CapsuleNetwork network;
    private final CapsuleStorage storage;
    private final Whereabouts here;
    private final NeededImages images;

    ReceiveHandler(CapsuleNetwork network, CapsuleStorage storage, Whereabouts here, NeededImages images) {
        this.network = network;
        this.storage = storage;
        this.here = here;
        this.images = images;
    }

    @Override
    public Succeeded handle(Receive receive, Operation operation) {
        CapsuleSpec spec = receive.spec();
        if (operation.domain().isPresent()) {
            throw new ProblemException(
                    ErrorCode.HOST_HYPERVISOR_FAILED, "The host has a domain of the capsule that is to come.");
        }
        images.with(receive.image(), operation, Step.COMMAND_BEGUN, Step.RECEIVE_IMAGE_READY, () -> makeRoom(receive));
        operation.reached(Step.RECEIVE_DISK_MADE);
        network.reserveLease(spec);
        operation.reached(Step.RECEIVE_LEASE_RESERVED);
        Map<MovedFile, Integer> ports = storage.expect(spec, stillFiles(receive.mode()));
        operation.reached(Step.RECEIVE_EXPECTED);
        receive.login().ifPresent(login -> storage.writeSeed(spec, login, network.names(spec.type())));
        if (receive.mode() == CapsuleMode.MAINTENANCE) {
            network.openSsh(spec);
        }
        operation.reached(Step.RECEIVE_SSH_OPENED);
        return Succeeded.at(new Landing(
                here.address(),
                here.libvirtUri(),
                String.valueOf(storage.disk(spec.id()).getParent()),
                receive.mode() == CapsuleMode.SECURE
                        ? network.secureFilter(spec.type())
                        : network.maintenanceFilter(spec.type()),
                here.network(),
                here.vncListen(),
                storage.releaseSocket(spec.id()).toString(),
                ports));
    }

    private void makeRoom(Receive receive) {
        // Until its disk is here nothing else says what that lies on.
        storage.keepImage(receive.spec().id(), receive.image());
        if (receive.mode() == CapsuleMode.MAINTENANCE) {
            storage.createDisk(receive.spec(), receive.image());
        }
    }

    /** A guest brings along what it writes to; what nobody writes to goes as the file it is. */
    static Set<MovedFile> stillFiles(CapsuleMode mode) {
        return switch (mode) {
            case NOT_DEFINED -> EnumSet.of(MovedFile.DISK, MovedFile.VOLUME);
            case MAINTENANCE -> EnumSet.of(MovedFile.VOLUME);
            case SECURE -> EnumSet.of(MovedFile.DISK, MovedFile.CHECKPOINT);
        };
    }
}

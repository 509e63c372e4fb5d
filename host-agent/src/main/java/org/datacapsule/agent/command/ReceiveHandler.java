package org.datacapsule.agent.command;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.Whereabouts;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command.Receive;
import org.datacapsule.common.wire.Landing;
import org.datacapsule.common.wire.MovedFile;
import org.datacapsule.common.wire.Outcome.Succeeded;

/** Everything a capsule that comes from another host needs before it can come. What a failed one leaves is evicted. */
final class ReceiveHandler implements CommandHandler<Receive> {
    private final CapsuleNetwork network;
    private final CapsuleStorage storage;
    private final Whereabouts here;

    ReceiveHandler(CapsuleNetwork network, CapsuleStorage storage, Whereabouts here) {
        this.network = network;
        this.storage = storage;
        this.here = here;
    }

    @Override
    public Succeeded handle(Receive receive, Operation operation) {
        CapsuleSpec spec = receive.spec();
        if (operation.domain().isPresent()) {
            throw new ProblemException(
                    ErrorCode.HOST_HYPERVISOR_FAILED, "The host has a domain of the capsule that is to come.");
        }
        // A guest brings along what it writes to; what nobody writes to comes as a file.
        Set<MovedFile> files = receive.isLive() ? EnumSet.of(MovedFile.VOLUME) : EnumSet.allOf(MovedFile.class);
        if (receive.isLive()) {
            storage.createDisk(spec, receive.image());
        }
        operation.reached(Step.RECEIVE_DISK_MADE);
        network.reserveLease(spec);
        operation.reached(Step.RECEIVE_LEASE_RESERVED);
        if (receive.login().isPresent()) {
            storage.writeSeed(spec, receive.login().get(), network.names(spec.type()));
            network.openSsh(spec);
        }
        operation.reached(Step.RECEIVE_SSH_OPENED);
        Map<MovedFile, Integer> ports = storage.expect(spec, files);
        operation.reached(Step.RECEIVE_EXPECTED);
        return Succeeded.at(new Landing(
                here.address(),
                here.libvirtUri(),
                String.valueOf(storage.disk(spec.id()).getParent()),
                network.maintenanceFilter(spec.type()),
                here.network(),
                here.vncListen(),
                ports));
    }
}

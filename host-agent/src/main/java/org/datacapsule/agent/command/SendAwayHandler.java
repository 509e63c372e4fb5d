package org.datacapsule.agent.command;

import java.util.List;
import java.util.Optional;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.Departing;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.GuestDomain.Attachment;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.hypervisor.ReleaseDesk;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.Command.SendAway;
import org.datacapsule.common.wire.Departure;
import org.datacapsule.common.wire.Departure.SentGuest;
import org.datacapsule.common.wire.Outcome.Succeeded;

/**
 * Sends the guest. That it may be leaving is written down before, so that one that is not here afterwards is not taken for
 * one that ended, nor the other way round: who was to take it over says whether it arrived.
 */
final class SendAwayHandler implements CommandHandler<SendAway> {
    private final Hypervisor hypervisor;
    private final CapsuleNetwork network;
    private final CapsuleStorage storage;
    private final ReleaseDesk releases;
    private final Travellers travellers;

    SendAwayHandler(
            Hypervisor hypervisor,
            CapsuleNetwork network,
            CapsuleStorage storage,
            ReleaseDesk releases,
            Travellers travellers) {
        this.hypervisor = hypervisor;
        this.network = network;
        this.storage = storage;
        this.releases = releases;
        this.travellers = travellers;
    }

    @Override
    public Succeeded handle(SendAway command, Operation operation) {
        CapsuleId capsule = command.spec().id();
        boolean mayHaveLeft = operation.domain().isEmpty() && storage.isLeaving(capsule);
        SentGuest guest = mayHaveLeft ? SentGuest.UNSEEN : send(command, operation);
        operation.steps().reached(Step.SEND_AWAY_LEFT, operation.ref());
        network.closeSsh(command.spec());
        operation.steps().reached(Step.SEND_AWAY_SSH_CLOSED, operation.ref());
        return Succeeded.with(new Departure(List.of(), Optional.of(guest)));
    }

    private SentGuest send(SendAway command, Operation operation) {
        CapsuleId capsule = command.spec().id();
        travellers.require(capsule, command.mode(), operation);
        storage.markLeaving(capsule);
        operation.reached(Step.SEND_AWAY_MARKED);
        // What is handed in from now on is handed in at the other host.
        releases.close(capsule);
        try {
            return hypervisor.sendAway(
                    capsule,
                    new Departing(
                            command.arriving(),
                            command.mode(),
                            command.landing(),
                            command.generation(),
                            command.mebibytesPerSecond()),
                    new CopyWatch(operation, Step.SEND_AWAY_MARKED, Step.SEND_AWAY_LEFT));
        } catch (ProblemException e) {
            if (e.problem().code() != ErrorCode.HOST_HYPERVISOR_UNAVAILABLE) {
                stay(capsule, operation);
            }
            if (e.problem().code() == ErrorCode.OPERATION_CANCELLED) {
                // By whom: an agent that stops goes on with it when it is back.
                operation.goOnOnlyIfWanted();
            }
            throw e;
        }
    }

    private void stay(CapsuleId capsule, Operation operation) {
        Optional<GuestDomain> guest = hypervisor.find(capsule);
        if (guest.isPresent()) {
            storage.unmarkLeaving(capsule);
            if (guest.get().attached().contains(Attachment.RELEASE_CHANNEL)) {
                releases.open(capsule, operation.ref().generation(), storage.releaseSocket(capsule));
            }
        }
    }
}

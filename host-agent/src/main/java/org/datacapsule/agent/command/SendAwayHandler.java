package org.datacapsule.agent.command;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.Departing;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.hypervisor.MoveWatch;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.Command.SendAway;
import org.datacapsule.common.wire.Departure;
import org.datacapsule.common.wire.Departure.SentFile;
import org.datacapsule.common.wire.Departure.SentGuest;
import org.datacapsule.common.wire.MovedFile;
import org.datacapsule.common.wire.Outcome.Succeeded;

/**
 * Files first, for a guest that has left cannot be called back. A guest that is not here any more when this runs again has
 * left: who takes it over says whether it arrived.
 */
final class SendAwayHandler implements CommandHandler<SendAway> {
    private static final SentGuest UNSEEN = new SentGuest(-1, -1);

    private final Hypervisor hypervisor;
    private final CapsuleNetwork network;
    private final CapsuleStorage storage;

    SendAwayHandler(Hypervisor hypervisor, CapsuleNetwork network, CapsuleStorage storage) {
        this.hypervisor = hypervisor;
        this.network = network;
        this.storage = storage;
    }

    @Override
    public Succeeded handle(SendAway command, Operation operation) {
        try {
            return send(command, operation);
        } catch (ProblemException e) {
            if (e.problem().code() == ErrorCode.OPERATION_CANCELLED) {
                // By whom: an agent that stops goes on with it when it is back.
                operation.goOnOnlyIfWanted();
            }
            throw e;
        }
    }

    private Succeeded send(SendAway command, Operation operation) {
        CapsuleId capsule = command.spec().id();
        MoveWatch watch = new Watch(operation);
        if (!command.live()) {
            if (operation.domain().isPresent()) {
                throw new ProblemException(
                        ErrorCode.HOST_HYPERVISOR_FAILED, "The capsule's guest runs, so its disk cannot be copied.");
            }
            List<SentFile> files = send(command, EnumSet.allOf(MovedFile.class), watch);
            operation.reached(Step.SEND_AWAY_LEFT);
            return Succeeded.with(new Departure(files, Optional.empty()));
        }
        operation.domain().ifPresent(guest -> requireInMaintenance(guest, command));
        List<SentFile> files = send(command, EnumSet.of(MovedFile.VOLUME), watch);
        SentGuest guest = operation.domain().isPresent()
                ? hypervisor.sendAway(
                        capsule,
                        new Departing(
                                command.arriving(),
                                command.landing(),
                                command.generation(),
                                command.mebibytesPerSecond()),
                        watch)
                : UNSEEN;
        operation.steps().reached(Step.SEND_AWAY_LEFT, operation.ref());
        network.closeSsh(command.spec());
        operation.steps().reached(Step.SEND_AWAY_SSH_CLOSED, operation.ref());
        return Succeeded.with(new Departure(files, Optional.of(guest)));
    }

    private List<SentFile> send(SendAway command, Set<MovedFile> files, MoveWatch watch) {
        return storage.send(command.spec().id(), files, command.landing(), command.mebibytesPerSecond(), watch);
    }

    private void requireInMaintenance(GuestDomain guest, SendAway command) {
        CapsuleId capsule = command.spec().id();
        if (guest.hasSecureParts(storage.disk(capsule)) || !network.isMaintenance(guest.filter())) {
            throw new ProblemException(
                    ErrorCode.HOST_CANNOT_MIGRATE,
                    "The guest is in secure mode; switch it to maintenance mode or stop it, then migrate it.");
        }
    }

    /** The operation's steps, as a copy sees them: its share of the way is from 6 % to 90 %. */
    private record Watch(Operation operation) implements MoveWatch {

        @Override
        public void progress(int percent) {
            operation.copied(percent);
        }

        @Override
        public boolean isWanted() {
            return operation.isWanted();
        }
    }
}

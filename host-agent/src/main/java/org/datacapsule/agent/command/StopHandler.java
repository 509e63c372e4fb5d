package org.datacapsule.agent.command;

import java.time.Duration;
import java.util.Optional;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.hypervisor.ReleaseDesk;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.Command.Stop;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.common.wire.Outcome.Succeeded;
import org.datacapsule.common.wire.WireJson;

/** No guest and no way in; the guest may end by itself first. What it did in secure mode is gone with it. */
final class StopHandler implements CommandHandler<Stop> {
    /** How long a wait goes on before it looks whether the operation has been cancelled. */
    private static final Duration GLANCE = Duration.ofSeconds(1);

    private final Hypervisor hypervisor;
    private final CapsuleNetwork network;
    private final CapsuleStorage storage;
    private final ReleaseDesk releases;
    private final Receipts receipts;
    private final Duration longestGrace;

    StopHandler(
            Hypervisor hypervisor,
            CapsuleNetwork network,
            CapsuleStorage storage,
            ReleaseDesk releases,
            Receipts receipts,
            Duration longestGrace) {
        this.hypervisor = hypervisor;
        this.network = network;
        this.storage = storage;
        this.releases = releases;
        this.receipts = receipts;
        this.longestGrace = longestGrace;
    }

    @Override
    public Succeeded handle(Stop stop, Operation operation) {
        CapsuleId capsule = stop.spec().id();
        Duration grace = shorter(Duration.ofSeconds(Math.max(0, stop.graceSeconds())), longestGrace);
        if (!grace.isZero() && isRunning(capsule)) {
            letPowerOff(capsule, grace, operation);
        }
        if (hypervisor.find(capsule).isPresent()) {
            hypervisor.destroy(capsule);
        }
        operation.reached(Step.STOP_GUEST_GONE);
        releases.close(capsule);
        storage.abandonVolume(capsule);
        Optional<String> evidence = hypervisor.find(capsule).isEmpty() ? storage.evidence(capsule) : Optional.empty();
        storage.dropSecure(capsule);
        Optional<ModeReceipt> end = receipts.ofEnd(stop.spec(), operation.ref(), evidence);
        // For a run that goes on from here; the next launch drops it.
        end.ifPresent(receipt -> storage.keepEvidence(capsule, WireJson.text(receipt)));
        operation.reached(Step.STOP_SECURE_DROPPED);
        network.closeSsh(stop.spec());
        operation.reached(Step.STOP_SSH_CLOSED);
        return receipts.succeeded(end);
    }

    /** Asks twice, at the start and half way: a guest that is still booting does not notice its power button. */
    private void letPowerOff(CapsuleId capsule, Duration grace, Operation operation) {
        Duration half = grace.dividedBy(2);
        hypervisor.askToPowerOff(capsule);
        operation.reached(Step.STOP_ASKED);
        if (!isGoneWithin(half, capsule, operation) && isRunning(capsule)) {
            hypervisor.askToPowerOff(capsule);
            isGoneWithin(grace.minus(half), capsule, operation);
        }
    }

    private boolean isGoneWithin(Duration time, CapsuleId capsule, Operation operation) {
        Duration left = time;
        while (left.isPositive()) {
            Duration slice = shorter(left, GLANCE);
            if (operation.waiting(() -> hypervisor.awaitGone(capsule, slice))) {
                return true;
            }
            operation.goOnOnlyIfWanted();
            left = left.minus(slice);
        }
        return false;
    }

    private boolean isRunning(CapsuleId capsule) {
        return hypervisor.find(capsule).filter(GuestDomain::running).isPresent();
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}

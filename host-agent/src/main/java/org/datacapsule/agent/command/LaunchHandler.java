package org.datacapsule.agent.command;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.DomainPlan;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.step.Abandoned;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command.Launch;
import org.datacapsule.common.wire.Outcome.Succeeded;

/** A guest that runs under the maintenance policy; or, when that fails, a capsule that is stopped and shut. */
final class LaunchHandler implements CommandHandler<Launch> {
    private final Hypervisor hypervisor;
    private final CapsuleNetwork network;
    private final CapsuleStorage storage;

    LaunchHandler(Hypervisor hypervisor, CapsuleNetwork network, CapsuleStorage storage) {
        this.hypervisor = hypervisor;
        this.network = network;
        this.storage = storage;
    }

    @Override
    public Succeeded handle(Launch launch, Operation operation) {
        if (isRunningAsAsked(launch.spec(), operation)) {
            return Succeeded.DONE;
        }
        UndoStack undo = new UndoStack();
        try {
            launch(launch, operation, undo);
            return Succeeded.DONE;
        } catch (Abandoned e) {
            throw e;
        } catch (RuntimeException | Error e) {
            undo.unwind(operation.ref());
            operation.steps().reached(Step.LAUNCH_UNDONE, operation.ref());
            throw e;
        }
    }

    private void launch(Launch launch, Operation operation, UndoStack undo) {
        CapsuleSpec spec = launch.spec();
        // Both before the first step: an earlier run of this operation may have been cut off after it opened them.
        undo.add("close the way in", () -> network.closeSsh(spec));
        undo.add("end the guest", () -> hypervisor.destroy(spec.id()));

        clearTheWay(spec, operation);
        storage.keepSpec(spec);
        operation.reached(Step.LAUNCH_WAY_CLEARED);
        Path seed = openTheWayInAndWriteSeed(launch, operation);
        hypervisor.start(plan(launch, operation, seed));
        operation.reached(Step.LAUNCH_DOMAIN_STARTED);
        checkPolicyIsInForce(spec);
        operation.reached(Step.LAUNCH_FILTER_CHECKED);
        launch.volume().ifPresent(volume -> storage.prepareVolume(spec.id(), volume));
    }

    /** Side by side, for neither needs the other. When this throws, neither goes on. */
    private Path openTheWayInAndWriteSeed(Launch launch, Operation operation) {
        CapsuleSpec spec = launch.spec();
        try (ExecutorService beside = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Path> seed =
                    beside.submit(() -> storage.writeSeed(spec, launch.login(), network.names(spec.type())));
            network.reserveLease(spec);
            operation.reached(Step.LAUNCH_LEASE_RESERVED);
            network.openSsh(spec);
            operation.reached(Step.LAUNCH_SSH_OPENED);
            Path written = resultOf(seed);
            operation.reached(Step.LAUNCH_SEED_WRITTEN);
            return written;
        }
    }

    private static <T> T resultOf(Future<T> work) {
        try {
            return work.get();
        } catch (InterruptedException e) {
            throw new Abandoned("interrupted while launching");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
    }

    private boolean isRunningAsAsked(CapsuleSpec spec, Operation operation) {
        Optional<GuestDomain> domain = operation.domain();
        return domain.isPresent()
                && domain.get().running()
                && domain.get().generation() == operation.ref().generation()
                && domain.get().filter().equals(network.maintenanceFilter(spec.type()))
                && !domain.get().hasSecureParts(storage.disk(spec.id()));
    }

    /** A domain that is there and is not what was asked for, such as one that crashed, never turns into it. */
    private void clearTheWay(CapsuleSpec spec, Operation operation) {
        if (operation.domain().isPresent()) {
            hypervisor.destroy(spec.id());
        }
        storage.dropSecure(spec.id());
        if (!storage.hasDisk(spec.id())) {
            throw new ProblemException(
                    ErrorCode.HOST_CAPSULE_MISSING, "The host has no disk of capsule " + spec.id() + ".");
        }
    }

    private DomainPlan plan(Launch launch, Operation operation, Path seed) {
        CapsuleSpec spec = launch.spec();
        return new DomainPlan(
                spec,
                operation.ref().generation(),
                storage.disk(spec.id()),
                seed,
                network.maintenanceFilter(spec.type()),
                launch.login().password());
    }

    private void checkPolicyIsInForce(CapsuleSpec spec) {
        String wanted = network.maintenanceFilter(spec.type());
        GuestDomain domain = hypervisor
                .find(spec.id())
                .filter(GuestDomain::running)
                .orElseThrow(() -> new ProblemException(
                        ErrorCode.HOST_HYPERVISOR_FAILED, "The guest ended as soon as it was started."));
        if (!domain.filter().equals(wanted)) {
            throw new ProblemException(
                    ErrorCode.HOST_HYPERVISOR_FAILED,
                    "The guest came up without the network policy of maintenance mode, so it was ended.");
        }
    }
}

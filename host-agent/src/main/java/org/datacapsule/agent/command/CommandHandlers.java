package org.datacapsule.agent.command;

import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Function;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.hypervisor.ImageSupply;
import org.datacapsule.agent.hypervisor.ReleaseDesk;
import org.datacapsule.agent.hypervisor.Whereabouts;
import org.datacapsule.agent.observe.CapsuleObserver;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.signing.ReceiptSigner;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.Outcome.Succeeded;

/** One handler per command. */
public final class CommandHandlers {
    private final CapsuleObserver observer;
    private final CreateHandler create;
    private final LaunchHandler launch;
    private final SwitchToSecureHandler toSecure;
    private final SwitchToMaintenanceHandler toMaintenance;
    private final StopHandler stop;
    private final DeleteHandler delete;
    private final InspectHandler inspect;
    private final SyncKeysHandler syncKeys;
    private final ReceiveHandler receive;
    private final SendFilesHandler sendFiles;
    private final MakeReadyHandler makeReady;
    private final SendAwayHandler sendAway;
    private final TakeOverHandler takeOver;
    private final StayHandler stay;
    private final Remains remains;
    private final RelinquishHandler relinquish;
    private final DiscardHandler discard;
    private final AdoptHandler adopt;
    private final ShareImageHandler shareImage;
    private final SnapshotHandler snapshots;

    /** @param longestGrace a guest gets no longer than this to power off, whatever the command says */
    public CommandHandlers(
            Hypervisor hypervisor,
            CapsuleNetwork network,
            CapsuleStorage storage,
            Whereabouts here,
            ImageSupply supply,
            ReleaseDesk releases,
            ReceiptSigner signer,
            InstantSource clock,
            Duration longestGrace) {
        SecureExit exit = new SecureExit(hypervisor, network, storage, here, releases);
        Receipts receipts = new Receipts(signer, clock);
        this.observer = new CapsuleObserver(hypervisor, network, storage);
        NeededImages images = new NeededImages(supply);
        this.create = new CreateHandler(network, storage, images);
        this.launch = new LaunchHandler(hypervisor, network, storage);
        this.toSecure = new SwitchToSecureHandler(hypervisor, network, storage, releases, exit, receipts);
        this.toMaintenance = new SwitchToMaintenanceHandler(exit, receipts);
        this.stop = new StopHandler(hypervisor, network, storage, releases, receipts, longestGrace);
        this.delete = new DeleteHandler(hypervisor, network, storage, releases, receipts);
        this.syncKeys = new SyncKeysHandler(hypervisor, network);
        this.inspect = new InspectHandler(observer);
        this.receive = new ReceiveHandler(network, storage, here, images);
        Travellers travellers = new Travellers(network, storage);
        this.sendFiles = new SendFilesHandler(travellers, storage);
        this.makeReady = new MakeReadyHandler(hypervisor, storage);
        this.sendAway = new SendAwayHandler(hypervisor, network, storage, releases, travellers);
        this.takeOver = new TakeOverHandler(
                hypervisor, network, storage, new SecureArrival(hypervisor, network, storage, releases, receipts));
        this.remains = new Remains(hypervisor, storage, observer);
        this.stay = new StayHandler(remains, storage);
        this.relinquish = new RelinquishHandler(hypervisor, network, storage, releases);
        this.discard = new DiscardHandler(storage);
        this.adopt = new AdoptHandler(network, storage, images);
        this.shareImage = new ShareImageHandler(storage, supply);
        this.snapshots = new SnapshotHandler(storage);
    }

    Succeeded handle(Command command, Operation operation) {
        return switch (command) {
            case Command.Create it -> create.handle(it, operation);
            case Command.Launch it -> launch.handle(it, operation);
            case Command.SwitchToSecure it -> toSecure.handle(it, operation);
            case Command.SwitchToMaintenance it -> toMaintenance.handle(it, operation);
            case Command.Stop it -> stop.handle(it, operation);
            case Command.Delete it -> delete.handle(it, operation);
            case Command.Inspect it -> inspect.handle(it, operation);
            case Command.SyncKeys it -> syncKeys.handle(it, operation);
            case Command.Receive it -> receive.handle(it, operation);
            case Command.SendFiles it -> sendFiles.handle(it, operation);
            case Command.MakeReady it -> makeReady.handle(it, operation);
            case Command.SendAway it -> sendAway.handle(it, operation);
            case Command.TakeOver it -> takeOver.handle(it, operation);
            case Command.Stay it -> stay.handle(it, operation);
            case Command.Evict it -> delete.evict(it.spec(), operation);
            case Command.Relinquish it -> relinquish.handle(it, operation);
            case Command.Discard it -> discard.handle(it, operation);
            case Command.Adopt it -> adopt.handle(it, operation);
            case Command.ShareImage it -> shareImage.handle(it, operation);
            case Command.TakeSnapshot it -> snapshots.take(it, operation);
            case Command.RevertToSnapshot it -> snapshots.revert(it, operation);
            case Command.DeleteSnapshot it -> snapshots.delete(it, operation);
        };
    }

    /** What there is after a command failed; said of switches, departures and reverts, whose failure leads back to it. */
    Found leftBy(Command command) {
        return switch (command) {
            case Command.SwitchToSecure it -> found(it, observer::found);
            case Command.SwitchToMaintenance it -> found(it, observer::found);
            case Command.RevertToSnapshot it -> found(it, observer::found);
            case Command.SendFiles it -> found(it, remains::of);
            case Command.SendAway it -> found(it, remains::of);
            default -> Found.UNSAID;
        };
    }

    private static Found found(Command command, Function<CapsuleId, Found> look) {
        try {
            return look.apply(command.spec().id());
        } catch (ProblemException e) {
            return Found.UNSAID;
        }
    }
}

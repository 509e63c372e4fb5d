package org.datacapsule.agent.local;

import java.nio.file.Path;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.datacapsule.agent.command.LocalCommands;
import org.datacapsule.agent.command.LocalCommands.Ending;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.observe.CapsuleObserver;
import org.datacapsule.common.capsule.CapsuleEvent.Requested;
import org.datacapsule.common.capsule.CapsuleLife;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleStatus;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.capsule.Transition;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.Login;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.SecureVolume;
import org.datacapsule.common.wire.WireJson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what scripts ask for, by the commands a router would send. What it does not know it refuses, in words for a person. */
public final class LocalService {
    private static final Logger LOG = LoggerFactory.getLogger(LocalService.class);

    private final LocalHost host;
    private final Hypervisor hypervisor;
    private final CapsuleNetwork network;
    private final CapsuleStorage storage;
    private final SecretBox box;
    private final LocalCommands commands;
    private final CapsuleObserver observer;
    private final LocalView view;
    /** An address is free until the capsule that gets it has reserved it. */
    private final ReentrantLock creating = new ReentrantLock();

    /** @param box seals the logins of capsules that no router knows */
    public LocalService(
            LocalHost host,
            Hypervisor hypervisor,
            CapsuleNetwork network,
            CapsuleStorage storage,
            SecretBox box,
            LocalCommands commands) {
        this.host = host;
        this.hypervisor = hypervisor;
        this.network = network;
        this.storage = storage;
        this.box = box;
        this.commands = commands;
        this.observer = new CapsuleObserver(hypervisor, network, storage);
        this.view = new LocalView(host, hypervisor, network, storage);
    }

    /** Answers once it is done, which a power-off may let take minutes. */
    public LocalAnswer answer(LocalRequest request) throws InterruptedException {
        try {
            CapsuleId capsule = new WorkingDirectories(host.capsules()).capsule(request.directory());
            return switch (request) {
                case LocalRequest.Create create -> create(capsule, create);
                case LocalRequest.Launch launch -> launch(capsule, launch);
                case LocalRequest.Query query -> view.answer(query);
                case LocalRequest.Switch change -> change(capsule, change);
                case LocalRequest.Stop stop -> stop(capsule, stop);
                case LocalRequest.Delete delete -> delete(capsule);
            };
        } catch (RefusedException e) {
            return e.answer();
        } catch (ProblemException e) {
            return new LocalAnswer.Refused(
                    Refusal.of(e.problem().code()), e.problem().detail());
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("a script's request failed in a way nobody foresaw");
            return new LocalAnswer.Refused(Refusal.UNFORESEEN, "Something is wrong with the agent: " + e);
        }
    }

    /** Gets done what was left of the request's capsule; only where no agent runs. */
    public void finishWhatWasLeft(LocalRequest request) throws InterruptedException {
        try {
            commands.finishWhatWasLeft(new WorkingDirectories(host.capsules()).capsule(request.directory()));
        } catch (RefusedException e) {
            // The answer says so.
        }
    }

    private LocalAnswer create(CapsuleId capsule, LocalRequest.Create create) throws InterruptedException {
        refuseIfThere(capsule);
        Sha256 image = storage.importImage(Path.of(create.image()));
        creating.lock();
        try {
            CapsuleSpec spec = new CapsuleSpec(
                    capsule,
                    create.type(),
                    create.vcpus(),
                    create.memoryMb(),
                    create.diskGb(),
                    FreeAddress.in(host.guests(), usedAddresses()),
                    create.sshPort(),
                    create.vncPort());
            refuseTakenPorts(spec);
            LocalAnswer answer = run(new Command.Create(spec, image), () -> refuseIfThere(capsule));
            if (answer instanceof LocalAnswer.Ended(Outcome.Succeeded done)) {
                storage.keepLogin(capsule, seal(capsule, create.login()));
            }
            return answer;
        } finally {
            creating.unlock();
        }
    }

    private LocalAnswer launch(CapsuleId capsule, LocalRequest.Launch launch) throws InterruptedException {
        CapsuleSpec spec = spec(capsule);
        checkPolicy(launch.policy(), CapsuleMode.MAINTENANCE, spec);
        Login login = launch.login()
                .or(() -> keptLogin(capsule))
                .orElseThrow(() -> new RefusedException(
                        Refusal.NO_SECRET,
                        "Only the routers know this capsule's login; give --loginid and --loginpwd-file."));
        return run(
                new Command.Launch(spec, login, Optional.empty()),
                () -> refuseUnlessAllowed(capsule, OperationKind.LAUNCH));
    }

    private LocalAnswer change(CapsuleId capsule, LocalRequest.Switch change) throws InterruptedException {
        CapsuleSpec spec = spec(capsule);
        checkPolicy(change.policy(), change.mode(), spec);
        if (change.mode() != CapsuleMode.SECURE) {
            return run(
                    new Command.SwitchToMaintenance(spec),
                    () -> refuseUnlessAllowed(capsule, OperationKind.SWITCH_TO_MAINTENANCE));
        }
        SecureVolume volume = change.volume()
                .orElseThrow(() -> new RefusedException(
                        Refusal.NO_SECRET,
                        "Secure mode needs --volume-key-file: the key of a capsule's volume is with the routers and"
                                + " nowhere on this host."));
        return run(
                new Command.SwitchToSecure(spec, volume),
                () -> refuseUnlessAllowed(capsule, OperationKind.SWITCH_TO_SECURE));
    }

    private LocalAnswer stop(CapsuleId capsule, LocalRequest.Stop stop) throws InterruptedException {
        return run(new Command.Stop(spec(capsule), stop.graceSeconds()), () -> {
            // One that crashed is stopped too: something of it is left.
            if (hypervisor.find(capsule).isEmpty()) {
                refuseUnlessAllowed(capsule, OperationKind.STOP);
            }
        });
    }

    private LocalAnswer delete(CapsuleId capsule) throws InterruptedException {
        return run(new Command.Delete(spec(capsule)), () -> {});
    }

    private LocalAnswer run(Command command, Runnable allowed) throws InterruptedException {
        return switch (commands.run(command, allowed)) {
            case Ending.Ended ended -> new LocalAnswer.Ended(ended.outcome());
            case Ending.Busy busy ->
                new LocalAnswer.Refused(Refusal.BUSY, "The capsule is busy: " + busy.with() + " is under way.");
            case Ending.Left left ->
                new LocalAnswer.Refused(
                        Refusal.UNKNOWN,
                        "The agent stops. The command stands in its journal and goes on at its next start.");
        };
    }

    private void refuseIfThere(CapsuleId capsule) {
        if (storage.all().contains(capsule) || hypervisor.find(capsule).isPresent()) {
            throw new RefusedException(Refusal.CAPSULE_EXISTS, "Capsule " + capsule + " is there already.");
        }
    }

    /** By the same table a router goes by. */
    private void refuseUnlessAllowed(CapsuleId capsule, OperationKind kind) {
        CapsuleStatus now = switch (observer.found(capsule)) {
            case STOPPED -> CapsuleStatus.SHUTDOWN;
            case RUNNING_IN_MAINTENANCE -> CapsuleStatus.running(CapsuleMode.MAINTENANCE);
            case RUNNING_IN_SECURE -> CapsuleStatus.running(CapsuleMode.SECURE);
            case NOTHING, UNSAID -> throw noCapsule(capsule);
        };
        if (CapsuleLife.next(now, new Requested(kind)) instanceof Transition.Refused refused) {
            throw new RefusedException(Refusal.WRONG_STATE, refused.because());
        }
    }

    private CapsuleSpec spec(CapsuleId capsule) {
        return storage.spec(capsule).orElseThrow(() -> noCapsule(capsule));
    }

    private RefusedException noCapsule(CapsuleId capsule) {
        return new RefusedException(
                Refusal.NO_CAPSULE,
                storage.all().contains(capsule)
                        ? "This host does not know how capsule " + capsule
                                + " is made: it was created, and last launched,"
                                + " by an agent that did not keep that. A router can launch it."
                        : "This host has no capsule " + capsule + ".");
    }

    /** The policy is the configuration's, whatever is asked for: a script opens nothing that is not open by that. */
    private void checkPolicy(Optional<String> file, CapsuleMode mode, CapsuleSpec spec) {
        if (file.isPresent() && !network.isPolicyFile(Path.of(file.get()), mode, spec.type())) {
            throw new RefusedException(
                    Refusal.BAD_POLICY,
                    file.get() + " is not the policy that is in force for "
                            + spec.type().wireName() + " in "
                            + mode.name().toLowerCase(Locale.ROOT)
                            + " mode: that is a file of network.policies, as it was when the agent read it. To have another,"
                            + " change that file and restart the agent.");
        }
    }

    private Set<String> usedAddresses() {
        Set<String> used = new HashSet<>(network.leased());
        specs().forEach(spec -> used.add(spec.guest().ipv4()));
        return used;
    }

    private void refuseTakenPorts(CapsuleSpec spec) {
        for (CapsuleSpec other : specs()) {
            List<Integer> ports = List.of(other.sshPort(), other.vncPort());
            if (ports.contains(spec.sshPort()) || ports.contains(spec.vncPort())) {
                throw new RefusedException(
                        Refusal.TAKEN,
                        "Capsule " + other.id() + " has the ports " + other.sshPort() + " and " + other.vncPort()
                                + ".");
            }
        }
    }

    private List<CapsuleSpec> specs() {
        return storage.all().stream()
                .flatMap(capsule -> storage.spec(capsule).stream())
                .toList();
    }

    private String seal(CapsuleId capsule, Login login) {
        return Base64.getEncoder().encodeToString(box.seal(WireJson.text(login), place(capsule)));
    }

    private Optional<Login> keptLogin(CapsuleId capsule) {
        try {
            return storage.login(capsule)
                    .map(kept -> WireJson.read(
                            box.open(Base64.getDecoder().decode(kept.strip()), place(capsule)), Login.class));
        } catch (IllegalStateException | IllegalArgumentException e) {
            LOG.atWarn().setCause(e).addKeyValue("capsuleId", capsule).log("the login kept here cannot be read");
            return Optional.empty();
        }
    }

    private static String place(CapsuleId capsule) {
        return "capsule/" + capsule + "/login";
    }
}

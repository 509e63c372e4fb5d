package org.datacapsule.agent.local;

import java.util.Optional;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.observe.CapsuleObserver;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.CapsuleSpec;

/** Says what this host has of a capsule. Changes nothing, and so needs no journal. */
public final class LocalView {
    private final LocalHost host;
    private final CapsuleStorage storage;
    private final CapsuleObserver observer;

    public LocalView(LocalHost host, Hypervisor hypervisor, CapsuleNetwork network, CapsuleStorage storage) {
        this.host = host;
        this.storage = storage;
        this.observer = new CapsuleObserver(hypervisor, network, storage);
    }

    public LocalAnswer answer(LocalRequest.Query query) {
        try {
            return new LocalAnswer.Seen(view(new WorkingDirectories(host.capsules()).capsule(query.directory())));
        } catch (RefusedException e) {
            return e.answer();
        } catch (ProblemException e) {
            return new LocalAnswer.Refused(
                    Refusal.of(e.problem().code()), e.problem().detail());
        }
    }

    private CapsuleView view(CapsuleId capsule) {
        Optional<CapsuleSpec> spec = storage.spec(capsule);
        Optional<Integer> ssh = spec.map(CapsuleSpec::sshPort);
        Optional<Integer> vnc = spec.map(CapsuleSpec::vncPort);
        return switch (observer.found(capsule)) {
            case STOPPED -> new CapsuleView(capsule, CapsuleMode.NOT_DEFINED, false, host.address(), ssh, vnc);
            case RUNNING_IN_MAINTENANCE ->
                new CapsuleView(capsule, CapsuleMode.MAINTENANCE, true, host.address(), ssh, vnc);
            case RUNNING_IN_SECURE -> new CapsuleView(capsule, CapsuleMode.SECURE, true, host.address(), ssh, vnc);
            case NOTHING, UNSAID ->
                throw new RefusedException(Refusal.NO_CAPSULE, "This host has no capsule " + capsule + ".");
        };
    }
}

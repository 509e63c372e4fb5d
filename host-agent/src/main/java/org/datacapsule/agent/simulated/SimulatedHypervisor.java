package org.datacapsule.agent.simulated;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.datacapsule.agent.hypervisor.DomainPlan;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.HostFacts;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;

/** Guests that are entries in a map. */
public final class SimulatedHypervisor implements Hypervisor {
    private final Faults faults;
    private final HostFacts facts;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<CapsuleId, GuestDomain> domains = new HashMap<>();
    private final Map<CapsuleId, List<String>> keys = new HashMap<>();
    private int deafToPowerButton;

    public SimulatedHypervisor(Faults faults, HostFacts facts) {
        this.faults = faults;
        this.facts = facts;
    }

    /** Guests do not notice the next {@code presses} of their power button. */
    public void ignorePowerButton(int presses) {
        lock.lock();
        try {
            deafToPowerButton = presses;
        } finally {
            lock.unlock();
        }
    }

    /** What the host looks like from now on: another domain, or none, for the capsule. */
    public void set(CapsuleId capsule, Optional<GuestDomain> domain) {
        lock.lock();
        try {
            domain.ifPresentOrElse(it -> domains.put(capsule, it), () -> domains.remove(capsule));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public HostFacts facts() {
        return facts;
    }

    @Override
    public Optional<GuestDomain> find(CapsuleId capsule) {
        faults.at("find");
        lock.lock();
        try {
            return Optional.ofNullable(domains.get(capsule));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Map<CapsuleId, GuestDomain> all() {
        faults.at("all");
        lock.lock();
        try {
            return Map.copyOf(domains);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void start(DomainPlan plan) {
        faults.at("start");
        if (find(plan.spec().id()).isPresent()) {
            throw new ProblemException(ErrorCode.HOST_HYPERVISOR_FAILED, "The capsule has a domain already.");
        }
        set(plan.spec().id(), Optional.of(new GuestDomain(true, plan.generation(), plan.filter())));
        faults.done("start", plan.spec().id());
    }

    @Override
    public void setAuthorizedKeys(CapsuleId capsule, String userName, List<String> sshKeys) {
        faults.at("set-authorized-keys");
        lock.lock();
        try {
            if (domains.containsKey(capsule)) {
                keys.put(capsule, List.copyOf(sshKeys));
                faults.done("set-authorized-keys", capsule);
            }
        } finally {
            lock.unlock();
        }
    }

    /** What the running guest's account has. */
    public List<String> authorizedKeys(CapsuleId capsule) {
        lock.lock();
        try {
            return keys.getOrDefault(capsule, List.of());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void askToPowerOff(CapsuleId capsule) {
        faults.at("ask-to-power-off");
        lock.lock();
        try {
            if (deafToPowerButton > 0) {
                deafToPowerButton--;
            } else {
                domains.remove(capsule);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        faults.done("ask-to-power-off", capsule);
    }

    @Override
    public boolean awaitGone(CapsuleId capsule, Duration atMost) throws InterruptedException {
        faults.at("await-gone");
        long nanos = atMost.toNanos();
        lock.lock();
        try {
            while (domains.containsKey(capsule) && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            return !domains.containsKey(capsule);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void destroy(CapsuleId capsule) {
        faults.at("destroy");
        set(capsule, Optional.empty());
        faults.done("destroy", capsule);
    }
}

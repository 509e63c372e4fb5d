package org.datacapsule.agent.simulated;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.datacapsule.agent.hypervisor.Departing;
import org.datacapsule.agent.hypervisor.DomainPlan;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.GuestDomain.Attachment;
import org.datacapsule.agent.hypervisor.Home;
import org.datacapsule.agent.hypervisor.HostFacts;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.hypervisor.MoveWatch;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.Departure.SentGuest;
import org.datacapsule.common.wire.SecureVolume;

/** Guests that are entries in a map. */
public final class SimulatedHypervisor implements Hypervisor {
    private final Faults faults;
    private final HostFacts facts;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<CapsuleId, GuestDomain> domains = new HashMap<>();
    private final Map<String, SimulatedHypervisor> neighbours = new ConcurrentHashMap<>();
    private final Map<CapsuleId, List<String>> keys = new HashMap<>();
    private final Set<CapsuleId> secretKeys = ConcurrentHashMap.newKeySet();
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private final Predicate<CapsuleId> hasDisk;
    private int deafToPowerButton;

    /** @param hasDisk whether there is a disk for a guest that comes from elsewhere */
    public SimulatedHypervisor(Faults faults, HostFacts facts, Predicate<CapsuleId> hasDisk) {
        this.faults = faults;
        this.facts = facts;
        this.hasDisk = hasDisk;
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
            domain.filter(it -> !it.attached().isEmpty() && !it.filter().startsWith("secure-"))
                    .ifPresent(it -> violations.add(capsule + " has " + it.attached() + " under " + it.filter()));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Each time a guest had anything of secure mode attached under another policy; must stay empty. */
    public List<String> violations() {
        return List.copyOf(violations);
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
        set(plan.spec().id(), Optional.of(guest(plan.generation(), plan.filter(), plan.disk())));
        faults.done("start", plan.spec().id());
    }

    /** A guest that runs, with nothing of secure mode about it. */
    public static GuestDomain guest(long generation, String filter, Path disk) {
        return new GuestDomain(GuestDomain.State.RUNNING, generation, filter, "tap0", disk, Set.of());
    }

    @Override
    public void flush(CapsuleId capsule) {
        faults.at("flush");
    }

    @Override
    public void resume(CapsuleId capsule) {
        faults.at("resume");
        change(capsule, it -> with(it, it.filter(), it.disk(), it.attached()));
    }

    @Override
    public void checkpoint(CapsuleId capsule, Path memory, Path overlay) {
        faults.at("checkpoint");
        GuestDomain before = require(capsule);
        set(capsule, Optional.of(with(before, before.filter(), overlay, before.attached())));
        faults.done("checkpoint", capsule);
    }

    @Override
    public void restore(CapsuleId capsule, Path memory, Home home) {
        faults.at("restore");
        if (find(capsule).isEmpty()) {
            set(
                    capsule,
                    Optional.of(guest(
                            home.generation(), home.filter(), home.directory().resolve("disk.qcow2"))));
            faults.done("restore", capsule);
        }
    }

    @Override
    public void setFilter(CapsuleId capsule, String filter) {
        faults.at("set-filter");
        GuestDomain before = require(capsule);
        set(capsule, Optional.of(with(before, filter, before.disk(), before.attached())));
        faults.done("set-filter", capsule);
    }

    @Override
    public void attachVolume(CapsuleId capsule, Path volume, SecureVolume key) {
        faults.at("attach-volume");
        attach(capsule, Attachment.SECURE_VOLUME);
        faults.done("attach-volume", capsule);
    }

    @Override
    public void attachReleaseChannel(CapsuleId capsule, Path socket) {
        faults.at("attach-release-channel");
        attach(capsule, Attachment.RELEASE_CHANNEL);
        faults.done("attach-release-channel", capsule);
    }

    @Override
    public void keepKey(CapsuleId capsule, Path volume, SecureVolume key) {
        faults.at("keep-key");
        secretKeys.add(capsule);
        faults.done("keep-key", capsule);
    }

    @Override
    public void forgetKey(CapsuleId capsule) {
        faults.at("forget-key");
        if (secretKeys.remove(capsule)) {
            faults.done("forget-key", capsule);
        }
    }

    /** Capsules whose volume's key is kept. */
    public Set<CapsuleId> secretKeys() {
        return Set.copyOf(secretKeys);
    }

    private void attach(CapsuleId capsule, Attachment attachment) {
        GuestDomain before = require(capsule);
        Set<Attachment> attached = EnumSet.of(attachment);
        attached.addAll(before.attached());
        set(capsule, Optional.of(with(before, before.filter(), before.disk(), attached)));
    }

    private void change(CapsuleId capsule, UnaryOperator<GuestDomain> change) {
        find(capsule).ifPresent(it -> set(capsule, Optional.of(change.apply(it))));
    }

    private GuestDomain require(CapsuleId capsule) {
        return find(capsule)
                .orElseThrow(() -> new ProblemException(ErrorCode.HOST_HYPERVISOR_FAILED, "There is no such domain."));
    }

    private static GuestDomain with(GuestDomain guest, String filter, Path disk, Set<Attachment> attached) {
        return new GuestDomain(GuestDomain.State.RUNNING, guest.generation(), filter, guest.tap(), disk, attached);
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

    void meet(String libvirtUri, SimulatedHypervisor other) {
        neighbours.put(libvirtUri, other);
    }

    @Override
    public SentGuest sendAway(CapsuleId capsule, Departing departing, MoveWatch watch) {
        faults.at("send-away");
        SimulatedHypervisor there = neighbours.get(departing.landing().libvirtUri());
        if (there == null) {
            throw new ProblemException(ErrorCode.HOST_HYPERVISOR_FAILED, "The other host cannot be reached.");
        }
        watch.progress(50);
        if (!watch.isWanted()) {
            throw new ProblemException(ErrorCode.OPERATION_CANCELLED, "The migration was cancelled.");
        }
        GuestDomain guest = require(capsule);
        there.faults.at("arrive");
        Path disk = Path.of(departing.landing().directory())
                .resolve(String.valueOf(guest.disk().getFileName()));
        boolean secure = departing.mode() == CapsuleMode.SECURE;
        if (secure && !there.secretKeys.contains(capsule)) {
            throw new ProblemException(ErrorCode.HOST_HYPERVISOR_FAILED, "The key of the volume is not there.");
        }
        // QEMU opens its files before anything comes.
        if (!there.hasDisk.test(capsule)) {
            throw new ProblemException(ErrorCode.HOST_HYPERVISOR_FAILED, "The disk is not there.");
        }
        there.set(
                capsule,
                Optional.of(new GuestDomain(
                        secure ? GuestDomain.State.PAUSED : GuestDomain.State.RUNNING,
                        departing.generation(),
                        departing.landing().filter(),
                        guest.tap(),
                        disk,
                        guest.attached())));
        there.faults.done("arrive", capsule);
        set(capsule, Optional.empty());
        faults.done("send-away", capsule);
        return new SentGuest(1, 1);
    }

    @Override
    public OptionalLong downtimeOnArrival(CapsuleId capsule) {
        return OptionalLong.of(1);
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

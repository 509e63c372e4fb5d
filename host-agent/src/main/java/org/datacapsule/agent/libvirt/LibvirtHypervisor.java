package org.datacapsule.agent.libvirt;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.datacapsule.agent.hypervisor.Departing;
import org.datacapsule.agent.hypervisor.DomainPlan;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.GuestDomain.Attachment;
import org.datacapsule.agent.hypervisor.Home;
import org.datacapsule.agent.hypervisor.HostFacts;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.hypervisor.MoveWatch;
import org.datacapsule.agent.xml.XmlElement;
import org.datacapsule.agent.xml.XmlReading;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.Departure.SentGuest;
import org.datacapsule.common.wire.SecureVolume;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.DomainInfo.DomainState;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.NodeInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Guests as transient domains of libvirt: what is not running does not exist there. */
public final class LibvirtHypervisor implements Hypervisor {
    private static final Logger LOG = LoggerFactory.getLogger(LibvirtHypervisor.class);
    private static final Path KVM = Path.of("/dev/kvm");
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final int KIB_PER_MIB = 1024;

    private final LibvirtConnection connection;
    private final Acceleration acceleration;
    private final DomainXml xml;
    private final PowerButton power;
    private final GuestKeys keys;
    private final Checkpoints checkpoints;
    private final GuestDepartures departures;
    private final SecureDevices devices;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition somethingHappened = lock.newCondition();
    private long events;

    /**
     * @param network name of the libvirt network guests are on
     * @param certificates directory of those that other hosts' libvirt is shown
     */
    public LibvirtHypervisor(
            LibvirtConfig config, String network, LibvirtConnection connection, Optional<Path> certificates) {
        this.connection = connection;
        this.acceleration = Acceleration.choose(config.acceleration(), KVM, CPU_INFO);
        this.xml = new DomainXml(config, network, acceleration);
        this.power = new PowerButton(connection);
        this.keys = new GuestKeys(connection);
        this.checkpoints = new Checkpoints(connection);
        this.departures = new GuestDepartures(connection, certificates);
        this.devices = new SecureDevices(connection);
        connection.onDomainEvent(this::wakeAll);
    }

    @Override
    public HostFacts facts() {
        NodeInfo node = connection.call(Connect::nodeInfo);
        return new HostFacts(node.cpus, (int) (node.memory / KIB_PER_MIB), acceleration.name(), acceleration.because());
    }

    /** The numeric group libvirt runs QEMU with; 0 when QEMU runs as root. The capsules' files must let it in. */
    public int qemuGroup() {
        return Capabilities.qemuGroup(connection.call(Connect::getCapabilities));
    }

    @Override
    public Optional<GuestDomain> find(CapsuleId capsule) {
        return live(capsule).map(Observed::guest);
    }

    @Override
    public Map<CapsuleId, GuestDomain> all() {
        return connection.call(libvirt -> {
            Map<CapsuleId, GuestDomain> found = new HashMap<>();
            for (Domain domain : libvirt.listAllDomains(0)) {
                try {
                    observe(libvirt, domain)
                            .ifPresent(each -> found.put(each.live().capsule(), each.guest()));
                } finally {
                    domain.free();
                }
            }
            return found;
        });
    }

    @Override
    public void start(DomainPlan plan) {
        long begun = System.nanoTime();
        try {
            connection.call(
                    libvirt -> libvirt.domainCreateXML(xml.write(plan), 0).free());
            LOG.atInfo()
                    .addKeyValue("capsuleId", plan.spec().id())
                    .addKeyValue("millis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun))
                    .log("domain started");
        } catch (ProblemException e) {
            // libvirt refuses a second domain of the same id; done before, it need not be done again.
            if (find(plan.spec().id()).isEmpty()) {
                throw e;
            }
        }
    }

    @Override
    public void flush(CapsuleId capsule) {
        if (live(capsule).filter(found -> found.live().agentConnected()).isPresent()) {
            checkpoints.flush(capsule);
        }
    }

    @Override
    public void resume(CapsuleId capsule) {
        if (find(capsule)
                .filter(guest -> guest.state() == GuestDomain.State.PAUSED)
                .isPresent()) {
            connection.call(libvirt -> {
                Domain domain = libvirt.domainLookupByUUID(capsule.value());
                try {
                    domain.resume();
                    return capsule;
                } finally {
                    domain.free();
                }
            });
        }
    }

    @Override
    public void checkpoint(CapsuleId capsule, Path memory, Path overlay) {
        checkpoints.take(capsule, memory, overlay);
    }

    @Override
    public void restore(CapsuleId capsule, Path memory, Home home) {
        if (find(capsule).isEmpty()) {
            checkpoints.restore(memory, home);
        }
    }

    @Override
    public void setFilter(CapsuleId capsule, String filter) {
        devices.setFilter(capsule, filter);
    }

    @Override
    public void attachVolume(CapsuleId capsule, Path volume, SecureVolume key) {
        if (isWithout(capsule, Attachment.SECURE_VOLUME)) {
            devices.attachVolume(capsule, volume, key);
        }
    }

    @Override
    public void attachReleaseChannel(CapsuleId capsule, Path socket) {
        if (isWithout(capsule, Attachment.RELEASE_CHANNEL)) {
            devices.attachReleaseChannel(capsule, socket);
        }
    }

    @Override
    public void keepKey(CapsuleId capsule, Path volume, SecureVolume key) {
        devices.keepKey(capsule, volume, key);
    }

    @Override
    public void forgetKey(CapsuleId capsule) {
        devices.forgetKey(capsule);
    }

    private boolean isWithout(CapsuleId capsule, Attachment attachment) {
        return find(capsule)
                .filter(guest -> guest.attached().contains(attachment))
                .isEmpty();
    }

    @Override
    public SentGuest sendAway(CapsuleId capsule, Departing departing, MoveWatch watch) {
        SentGuest sent = departures.send(capsule, departing, watch);
        if (find(capsule).isPresent()) {
            throw new ProblemException(
                    ErrorCode.HOST_HYPERVISOR_FAILED,
                    "The migration that was under way has ended, and the guest is here.");
        }
        return sent;
    }

    @Override
    public OptionalLong downtimeOnArrival(CapsuleId capsule) {
        return departures.downtime(capsule);
    }

    @Override
    public void setAuthorizedKeys(CapsuleId capsule, String userName, List<String> sshKeys) {
        if (find(capsule).isPresent()) {
            keys.set(capsule, userName, sshKeys);
        }
    }

    @Override
    public void askToPowerOff(CapsuleId capsule) {
        live(capsule).ifPresent(found -> power.press(capsule, found.live().agentConnected()));
    }

    @Override
    public boolean awaitGone(CapsuleId capsule, Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (true) {
            long before = eventCount();
            if (find(capsule).isEmpty()) {
                return true;
            }
            if (!awaitEventAfter(before, end - System.nanoTime())) {
                return find(capsule).isEmpty();
            }
        }
    }

    @Override
    public void destroy(CapsuleId capsule) {
        devices.forgetKey(capsule);
        connection.call(libvirt -> {
            try {
                Domain domain = libvirt.domainLookupByUUID(capsule.value());
                try {
                    if (observe(libvirt, domain).isPresent()) {
                        domain.destroy();
                    }
                } finally {
                    domain.free();
                }
            } catch (LibvirtException e) {
                if (!isGone(e)) {
                    throw e;
                }
            }
            return capsule;
        });
    }

    private record Observed(DomainXml.Live live, GuestDomain guest) {}

    private Optional<Observed> live(CapsuleId capsule) {
        return connection.call(libvirt -> {
            try {
                Domain domain = libvirt.domainLookupByUUID(capsule.value());
                try {
                    return observe(libvirt, domain);
                } finally {
                    domain.free();
                }
            } catch (LibvirtException e) {
                if (isGone(e)) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    /** Empty for a domain that is not ours, or ended while we looked. */
    private static Optional<Observed> observe(OpenConnection libvirt, Domain domain) throws LibvirtException {
        try {
            DomainState state = domain.getInfo().state;
            return DomainXml.read(domain.getXMLDesc(0))
                    .map(live -> new Observed(live, guest(live, state(libvirt, live.capsule(), state))));
        } catch (LibvirtException e) {
            if (isGone(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static GuestDomain guest(DomainXml.Live live, GuestDomain.State state) {
        return new GuestDomain(state, live.generation(), live.filter(), live.tap(), live.disk(), live.attached());
    }

    private static GuestDomain.State state(OpenConnection libvirt, CapsuleId capsule, DomainState state) {
        return switch (state) {
            case VIR_DOMAIN_RUNNING -> GuestDomain.State.RUNNING;
            case VIR_DOMAIN_PAUSED -> isMoving(libvirt, capsule) ? GuestDomain.State.MOVING : GuestDomain.State.PAUSED;
            default -> GuestDomain.State.ENDING;
        };
    }

    /** libvirt holds a guest back while it comes, and in the last moments before it goes. */
    private static boolean isMoving(OpenConnection libvirt, CapsuleId capsule) {
        MoreOfLibvirt more = libvirt.more();
        Pointer domain = more.virDomainLookupByUUIDString(libvirt.pointer(), capsule.toString());
        if (domain == null) {
            return false;
        }
        try {
            IntByReference reason = new IntByReference();
            return more.virDomainGetState(domain, new IntByReference(), reason, 0) == 0
                    && reason.getValue() == MoreOfLibvirt.PAUSED_FOR_MIGRATION;
        } finally {
            more.virDomainFree(domain);
        }
    }

    private static boolean isGone(LibvirtException e) {
        return e.getError() != null && e.getError().getCode() == ErrorNumber.VIR_ERR_NO_DOMAIN;
    }

    private void wakeAll() {
        lock.lock();
        try {
            events++;
            somethingHappened.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private long eventCount() {
        lock.lock();
        try {
            return events;
        } finally {
            lock.unlock();
        }
    }

    private boolean awaitEventAfter(long seen, long nanos) throws InterruptedException {
        long left = nanos;
        lock.lock();
        try {
            while (events == seen) {
                if (left <= 0) {
                    return false;
                }
                left = somethingHappened.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** What libvirt says of the host, read. */
    private static final class Capabilities {
        private static int qemuGroup(String capabilities) {
            return XmlReading.parse(capabilities).first("host").stream()
                    .flatMap(host -> host.all("secmodel"))
                    .filter(model -> model.first("model")
                            .map(XmlElement::text)
                            .orElse("")
                            .equals("dac"))
                    .flatMap(model -> model.all("baselabel"))
                    .findFirst()
                    .map(label -> group(label.text()))
                    .orElseThrow(() -> new ProblemException(
                            ErrorCode.HOST_HYPERVISOR_FAILED, "libvirt does not say which user QEMU runs as"));
        }

        /** From a form such as {@code +64055:+64055}. */
        private static int group(String label) {
            return Integer.parseInt(label.substring(label.indexOf(':') + 1).replace("+", ""));
        }
    }
}

package org.datacapsule.agent.libvirt;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.agent.hypervisor.DomainPlan;
import org.datacapsule.agent.hypervisor.GuestDomain.Attachment;
import org.datacapsule.agent.xml.XmlElement;
import org.datacapsule.agent.xml.XmlReading;
import org.datacapsule.common.id.CapsuleId;

/** A guest as libvirt describes it: written for a start, and read back from a running one. */
final class DomainXml {
    /** Domains with our element in their metadata are ours; every other on the host is left alone. */
    static final String NAMESPACE = "https://datacapsule.org/xml/domain/1";

    static final String DISK = "vda";
    static final String SEED = "vdb";
    static final String VOLUME = "vdc";
    static final String RELEASE_CHANNEL = "org.datacapsule.release.0";

    private static final String AGENT_CHANNEL = "org.qemu.guest_agent.0";
    private static final int VNC_PASSWORD_BYTES = 8;

    private final LibvirtConfig config;
    private final String network;
    private final Acceleration acceleration;

    DomainXml(LibvirtConfig config, String network, Acceleration acceleration) {
        this.config = config;
        this.network = network;
        this.acceleration = acceleration;
    }

    static String name(CapsuleId capsule) {
        return "capsule-" + capsule;
    }

    /** What we read back of a domain of ours. */
    record Live(
            CapsuleId capsule,
            long generation,
            String filter,
            String tap,
            Path disk,
            Set<Attachment> attached,
            boolean agentConnected) {}

    /** Empty for a domain that is not ours. */
    static Optional<Live> read(String xml) {
        XmlElement domain = XmlReading.parse(xml);
        return domain.first("metadata")
                .flatMap(metadata -> metadata.firstIn(NAMESPACE, "capsule"))
                .map(mark -> new Live(
                        CapsuleId.parse(mark.attribute("id")),
                        Long.parseLong(mark.attribute("generation")),
                        domain.first("devices", "interface", "filterref")
                                .map(filter -> filter.attribute("filter"))
                                .orElse(""),
                        domain.first("devices", "interface", "target")
                                .map(target -> target.attribute("dev"))
                                .orElse(""),
                        source(domain, DISK).orElse(Path.of("")),
                        attached(domain),
                        agentConnected(domain)));
    }

    private static Set<Attachment> attached(XmlElement domain) {
        Set<Attachment> attached = EnumSet.noneOf(Attachment.class);
        if (source(domain, VOLUME).isPresent()) {
            attached.add(Attachment.SECURE_VOLUME);
        }
        if (channelTarget(domain, RELEASE_CHANNEL).isPresent()) {
            attached.add(Attachment.RELEASE_CHANNEL);
        }
        return attached;
    }

    /** The file of the disk the guest has at {@code target}. */
    private static Optional<Path> source(XmlElement domain, String target) {
        return domain.first("devices").stream()
                .flatMap(devices -> devices.all("disk"))
                .filter(disk -> disk.first("target")
                        .filter(at -> at.attribute("dev").equals(target))
                        .isPresent())
                .flatMap(disk -> disk.first("source").stream())
                .map(source -> Path.of(source.attribute("file")))
                .findFirst();
    }

    static XmlElement channel(String name) {
        return element("channel")
                .with("type", "unix")
                .add(element("target").with("type", "virtio").with("name", name));
    }

    String write(DomainPlan plan) {
        return element("domain")
                .with("type", acceleration.domainType())
                .add(
                        element("name").text(name(plan.spec().id())),
                        element("uuid").text(plan.spec().id().toString()),
                        element("metadata")
                                .add(XmlElement.of("capsule", NAMESPACE)
                                        .with("id", plan.spec().id().toString())
                                        .with("generation", plan.generation())),
                        element("memory")
                                .with("unit", "MiB")
                                .text(Integer.toString(plan.spec().memoryMb())),
                        element("vcpu").text(Integer.toString(plan.spec().vcpus())),
                        element("os")
                                .add(
                                        element("type")
                                                .with("arch", "x86_64")
                                                .with("machine", "pc")
                                                .text("hvm"),
                                        element("boot").with("dev", "hd")),
                        element("features").add(element("acpi"), element("apic")),
                        element("cpu").with("mode", acceleration.cpuMode()),
                        element("clock").with("offset", "utc"),
                        element("on_poweroff").text("destroy"),
                        element("on_reboot").text("restart"),
                        element("on_crash").text("destroy"),
                        devices(plan))
                .render();
    }

    private XmlElement devices(DomainPlan plan) {
        return element("devices")
                .add(
                        disk("qcow2", plan.disk(), DISK),
                        disk("raw", plan.seed(), SEED).add(element("readonly")),
                        // No USB at all: nothing can be redirected into the guest or out of it.
                        element("controller").with("type", "usb").with("model", "none"),
                        networkInterface(plan),
                        // A terminal on the host that nobody reads; the network cannot reach it.
                        element("serial").with("type", "pty"),
                        channel(AGENT_CHANNEL),
                        // Absolute coordinates, or the pointer on the screen drifts away from the user's.
                        element("input").with("type", "tablet").with("bus", "virtio"),
                        screen(plan),
                        element("video")
                                .add(element("model").with("type", "vga").with("vram", "16384")),
                        element("memballoon").with("model", "none"),
                        element("rng")
                                .with("model", "virtio")
                                .add(element("backend").with("model", "random").text("/dev/urandom")));
    }

    /** Ownership is the storage's matter: libvirt would hand the shared base image over to QEMU's user as well. */
    private static XmlElement disk(String format, Path file, String target) {
        XmlElement driver = element("driver").with("name", "qemu").with("type", format);
        if (format.equals("qcow2")) {
            driver.with("discard", "unmap").with("detect_zeroes", "unmap");
        }
        return element("disk")
                .with("type", "file")
                .with("device", "disk")
                .add(
                        driver,
                        element("source")
                                .with("file", file.toString())
                                .add(element("seclabel").with("model", "dac").with("relabel", "no")),
                        element("target").with("dev", target).with("bus", "virtio"));
    }

    private XmlElement networkInterface(DomainPlan plan) {
        return element("interface")
                .with("type", "network")
                .add(
                        element("mac").with("address", plan.spec().guest().mac()),
                        element("source").with("network", network),
                        element("port").with("isolated", "yes"),
                        element("model").with("type", "virtio"),
                        element("filterref")
                                .with("filter", plan.filter())
                                .add(element("parameter")
                                        .with("name", "IP")
                                        .with("value", plan.spec().guest().ipv4())));
    }

    /** Without a clipboard agent, VNC carries pictures, keys and the pointer, and nothing else. */
    private XmlElement screen(DomainPlan plan) {
        return element("graphics")
                .with("type", "vnc")
                .with("port", plan.spec().vncPort())
                .with("autoport", "no")
                .with("passwd", firstBytes(plan.vncPassword()))
                .with("sharePolicy", "ignore")
                .add(element("listen").with("type", "address").with("address", config.vncListen()));
    }

    /** The VNC protocol compares no more than this; cut here, no version of libvirt finds it too long. */
    private static String firstBytes(String password) {
        int end = 0;
        int bytes = 0;
        while (end < password.length()) {
            int next = password.offsetByCodePoints(end, 1);
            bytes += password.substring(end, next).getBytes(StandardCharsets.UTF_8).length;
            if (bytes > VNC_PASSWORD_BYTES) {
                break;
            }
            end = next;
        }
        return password.substring(0, end);
    }

    private static boolean agentConnected(XmlElement domain) {
        return channelTarget(domain, AGENT_CHANNEL)
                .filter(target -> target.attribute("state").equals("connected"))
                .isPresent();
    }

    static boolean isReleaseChannel(XmlElement channel) {
        return channel.first("target")
                .filter(target -> target.attribute("name").equals(RELEASE_CHANNEL))
                .isPresent();
    }

    private static Optional<XmlElement> channelTarget(XmlElement domain, String name) {
        return domain.first("devices").stream()
                .flatMap(devices -> devices.all("channel"))
                .flatMap(channel -> channel.all("target"))
                .filter(target -> target.attribute("name").equals(name))
                .findFirst();
    }

    private static XmlElement element(String name) {
        return XmlElement.of(name);
    }
}

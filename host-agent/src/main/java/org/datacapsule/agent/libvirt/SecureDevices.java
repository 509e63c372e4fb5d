package org.datacapsule.agent.libvirt;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import org.datacapsule.agent.xml.XmlElement;
import org.datacapsule.agent.xml.XmlReading;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.SecureVolume;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.Secret;

/** What a switch changes on a running guest: the filter of its interface, and the two devices of secure mode. */
final class SecureDevices {
    private static final int LIVE = 1;

    private final LibvirtConnection connection;

    SecureDevices(LibvirtConnection connection) {
        this.connection = connection;
    }

    /** Old rules and new ones are both in force until the new ones are all there: what either drops is dropped. */
    void setFilter(CapsuleId capsule, String filter) {
        onDomain(capsule, domain -> {
            XmlElement networkInterface = XmlReading.parse(domain.getXMLDesc(0))
                    .first("devices", "interface")
                    .orElseThrow(() -> failed("the guest has no interface"));
            networkInterface
                    .first("filterref")
                    .orElseThrow(() -> failed("the guest's interface has no filter"))
                    .with("filter", filter);
            domain.updateDeviceFlags(networkInterface.render(), LIVE);
        });
    }

    /** QEMU has the key once the volume is attached, so libvirt's secret lives for this call only, and in memory. */
    void attachVolume(CapsuleId capsule, Path volume, SecureVolume key) {
        connection.call(libvirt -> {
            Secret secret = keepKey(libvirt, capsule, volume, key);
            try {
                attach(libvirt, capsule, volume(capsule, volume));
                return capsule;
            } finally {
                secret.undefine();
                secret.free();
            }
        });
    }

    /** A guest that comes with the volume attached has libvirt look for the key before QEMU starts. */
    void keepKey(CapsuleId capsule, Path volume, SecureVolume key) {
        connection.call(libvirt -> {
            keepKey(libvirt, capsule, volume, key).free();
            return capsule;
        });
    }

    private static Secret keepKey(OpenConnection libvirt, CapsuleId capsule, Path volume, SecureVolume key)
            throws LibvirtException {
        Secret secret = libvirt.secretDefineXML(secret(capsule, volume));
        try {
            secret.setValue(key.key().getBytes(StandardCharsets.US_ASCII));
            return secret;
        } catch (LibvirtException | RuntimeException e) {
            secret.undefine();
            secret.free();
            throw e;
        }
    }

    void attachReleaseChannel(CapsuleId capsule, Path socket) {
        connection.call(libvirt -> {
            attach(
                    libvirt,
                    capsule,
                    DomainXml.channel(DomainXml.RELEASE_CHANNEL)
                            .add(element("source").with("mode", "bind").with("path", socket.toString())));
            return capsule;
        });
    }

    /** One that a call left behind when it was cut off. */
    void forgetKey(CapsuleId capsule) {
        connection.call(libvirt -> {
            try {
                Secret secret = libvirt.secretLookupByUUID(secretId(capsule));
                secret.undefine();
                secret.free();
            } catch (LibvirtException e) {
                if (e.getError() == null || e.getError().getCode() != ErrorNumber.VIR_ERR_NO_SECRET) {
                    throw e;
                }
            }
            return capsule;
        });
    }

    private interface Change {
        void on(Domain domain) throws LibvirtException;
    }

    private void onDomain(CapsuleId capsule, Change change) {
        connection.call(libvirt -> {
            Domain domain = libvirt.domainLookupByUUID(capsule.value());
            try {
                change.on(domain);
                return capsule;
            } finally {
                domain.free();
            }
        });
    }

    private static void attach(OpenConnection libvirt, CapsuleId capsule, XmlElement device) throws LibvirtException {
        Domain domain = libvirt.domainLookupByUUID(capsule.value());
        try {
            domain.attachDeviceFlags(device.render(), LIVE);
        } finally {
            domain.free();
        }
    }

    private static String secret(CapsuleId capsule, Path volume) {
        return element("secret")
                .with("ephemeral", "yes")
                .with("private", "yes")
                .add(
                        element("uuid").text(secretId(capsule).toString()),
                        element("usage")
                                .with("type", "volume")
                                .add(element("volume").text(volume.toString())))
                .render();
    }

    private static XmlElement volume(CapsuleId capsule, Path volume) {
        XmlElement source = element("source")
                .with("file", volume.toString())
                .add(
                        element("encryption")
                                .with("format", "luks")
                                .add(element("secret")
                                        .with("type", "passphrase")
                                        .with("uuid", secretId(capsule).toString())),
                        element("seclabel").with("model", "dac").with("relabel", "no"));
        return element("disk")
                .with("type", "file")
                .with("device", "disk")
                .add(
                        element("driver")
                                .with("name", "qemu")
                                .with("type", "qcow2")
                                .with("discard", "unmap"),
                        source,
                        element("target").with("dev", DomainXml.VOLUME).with("bus", "virtio"),
                        element("serial").text("secure"));
    }

    /** Of the capsule alone, so that one left behind is found. */
    private static UUID secretId(CapsuleId capsule) {
        return UUID.nameUUIDFromBytes(("secure volume of " + capsule).getBytes(StandardCharsets.US_ASCII));
    }

    private static ProblemException failed(String why) {
        return new ProblemException(ErrorCode.HOST_HYPERVISOR_FAILED, why);
    }

    private static XmlElement element(String name) {
        return XmlElement.of(name);
    }
}

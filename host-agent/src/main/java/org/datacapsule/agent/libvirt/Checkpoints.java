package org.datacapsule.agent.libvirt;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.datacapsule.agent.hypervisor.Home;
import org.datacapsule.agent.xml.XmlElement;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.libvirt.Domain;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running guest's memory in a file and its disk from then on in an overlay (virDomainSnapshotCreateXML, external, live), and
 * the way back (virDomainRestoreFlags). libvirt keeps no record of it: the files are all there is.
 */
final class Checkpoints {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
    // virDomainSnapshotCreateFlags
    private static final int NO_METADATA = 1 << 2;
    private static final int REUSE_EXTERNAL = 1 << 5;
    private static final int ATOMIC = 1 << 7;
    private static final int LIVE = 1 << 8;
    // virDomainSaveImageXMLFlags
    private static final int WITH_SECRETS = 1;
    private static final int AGENT_PATIENCE_SECONDS = 2;

    private final LibvirtConnection connection;

    Checkpoints(LibvirtConnection connection) {
        this.connection = connection;
    }

    void take(CapsuleId capsule, Path memory, Path overlay) {
        String xml = snapshot(memory, overlay);
        connection.call(libvirt -> {
            Domain domain = libvirt.domainLookupByUUID(capsule.value());
            try {
                domain.snapshotCreateXML(xml, NO_METADATA | REUSE_EXTERNAL | ATOMIC | LIVE)
                        .free();
                return capsule;
            } finally {
                domain.free();
            }
        });
    }

    /** The memory is that of the checkpoint; where the guest's files, screen and network are is this host's matter. */
    void restore(Path memory, Home home) {
        connection.call(libvirt -> {
            MoreOfLibvirt more = libvirt.more();
            String description = HomeXml.of(description(libvirt, memory), home);
            if (more.virDomainRestoreFlags(libvirt.pointer(), memory.toString(), description, 0) < 0) {
                throw failed(more);
            }
            return memory;
        });
    }

    private static String description(OpenConnection libvirt, Path memory) {
        Pointer text = libvirt.more().virDomainSaveImageGetXMLDesc(libvirt.pointer(), memory.toString(), WITH_SECRETS);
        if (text == null) {
            throw failed(libvirt.more());
        }
        try {
            return text.getString(0, StandardCharsets.UTF_8.name());
        } finally {
            Native.free(Pointer.nativeValue(text));
        }
    }

    private static ProblemException failed(MoreOfLibvirt more) {
        return new ProblemException(ErrorCode.HOST_HYPERVISOR_FAILED, String.valueOf(more.virGetLastErrorMessage()));
    }

    /** Freezing makes the guest write everything; it is let go at once. Its agent may not be there, or lie: no matter. */
    void flush(CapsuleId capsule) {
        try {
            connection.call(libvirt -> {
                MoreOfLibvirt more = libvirt.more();
                Pointer domain = more.virDomainLookupByUUIDString(libvirt.pointer(), capsule.toString());
                if (domain == null) {
                    return capsule;
                }
                try {
                    more.virDomainAgentSetResponseTimeout(domain, AGENT_PATIENCE_SECONDS, 0);
                    if (more.virDomainFSFreeze(domain, null, 0, 0) < 0) {
                        LOG.atInfo().addKeyValue("capsuleId", capsule).log("the guest's agent did not flush its disks");
                    }
                    // Also after a failure: some of its file systems may be frozen.
                    more.virDomainFSThaw(domain, null, 0, 0);
                    return capsule;
                } finally {
                    more.virDomainFree(domain);
                }
            });
        } catch (ProblemException e) {
            if (e.problem().code() == ErrorCode.HOST_HYPERVISOR_UNAVAILABLE) {
                throw e;
            }
            LOG.atInfo().addKeyValue("capsuleId", capsule).log("the guest's disks are not flushed: {}", e.getMessage());
        }
    }

    private static String snapshot(Path memory, Path overlay) {
        XmlElement disk = element("disk")
                .with("name", DomainXml.DISK)
                .with("snapshot", "external")
                .add(
                        element("driver").with("type", "qcow2"),
                        element("source")
                                .with("file", overlay.toString())
                                .add(element("seclabel").with("model", "dac").with("relabel", "no")));
        return element("domainsnapshot")
                .add(
                        element("memory").with("snapshot", "external").with("file", memory.toString()),
                        element("disks")
                                .add(
                                        disk,
                                        element("disk")
                                                .with("name", DomainXml.SEED)
                                                .with("snapshot", "no")))
                .render();
    }

    private static XmlElement element(String name) {
        return XmlElement.of(name);
    }
}

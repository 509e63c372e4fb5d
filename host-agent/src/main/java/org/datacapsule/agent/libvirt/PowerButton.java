package org.datacapsule.agent.libvirt;

import com.sun.jna.Pointer;
import java.util.concurrent.Semaphore;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks guests to power off: by ACPI, which never blocks, and beside it by the guest agent where one is connected. */
final class PowerButton {
    private static final Logger LOG = LoggerFactory.getLogger(PowerButton.class);
    private static final int AGENT_PATIENCE_SECONDS = 5;
    /** A guest decides how long its agent takes; no more than these wait for agents, and the rest go by ACPI alone. */
    private static final int AGENTS_AT_ONCE = 2;

    private final LibvirtConnection connection;
    private final Semaphore agents = new Semaphore(AGENTS_AT_ONCE);

    PowerButton(LibvirtConnection connection) {
        this.connection = connection;
    }

    void press(CapsuleId capsule, boolean agentConnected) {
        shutdown(capsule, MoreOfLibvirt.SHUTDOWN_ACPI);
        if (agentConnected && agents.tryAcquire()) {
            Thread.ofVirtual().name("ask-guest-agent").start(() -> askAgent(capsule));
        }
    }

    private void askAgent(CapsuleId capsule) {
        try {
            shutdown(capsule, MoreOfLibvirt.SHUTDOWN_GUEST_AGENT);
        } catch (ProblemException e) {
            LOG.atDebug().addKeyValue("capsuleId", capsule).setCause(e).log("guest agent did not take the request");
        } finally {
            agents.release();
        }
    }

    private void shutdown(CapsuleId capsule, int how) {
        connection.call(libvirt -> {
            MoreOfLibvirt more = libvirt.more();
            Pointer domain = more.virDomainLookupByUUIDString(libvirt.pointer(), capsule.toString());
            if (domain == null) {
                return capsule;
            }
            try {
                if (how == MoreOfLibvirt.SHUTDOWN_GUEST_AGENT) {
                    more.virDomainAgentSetResponseTimeout(domain, AGENT_PATIENCE_SECONDS, 0);
                }
                if (more.virDomainShutdownFlags(domain, how) < 0) {
                    throw new ProblemException(
                            ErrorCode.HOST_HYPERVISOR_FAILED, String.valueOf(more.virGetLastErrorMessage()));
                }
                return capsule;
            } finally {
                more.virDomainFree(domain);
            }
        });
    }
}

package org.datacapsule.agent.libvirt;

import com.sun.jna.Pointer;
import java.util.List;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;

/** Writes an account's authorized SSH keys in a running guest, through its agent. */
final class GuestKeys {
    private static final int AGENT_PATIENCE_SECONDS = 5;
    /** Without a flag, libvirt replaces what the file has. */
    private static final int REPLACE = 0;

    private final LibvirtConnection connection;

    GuestKeys(LibvirtConnection connection) {
        this.connection = connection;
    }

    void set(CapsuleId capsule, String userName, List<String> sshKeys) {
        connection.call(libvirt -> {
            MoreOfLibvirt more = libvirt.more();
            Pointer domain = more.virDomainLookupByUUIDString(libvirt.pointer(), capsule.toString());
            if (domain == null) {
                return capsule;
            }
            try {
                more.virDomainAgentSetResponseTimeout(domain, AGENT_PATIENCE_SECONDS, 0);
                String[] keys = sshKeys.isEmpty() ? null : sshKeys.toArray(String[]::new);
                if (more.virDomainAuthorizedSSHKeysSet(domain, userName, keys, sshKeys.size(), REPLACE) < 0) {
                    throw new ProblemException(
                            ErrorCode.HOST_GUEST_UNREACHABLE,
                            "The keys in the guest are not changed yet: " + more.virGetLastErrorMessage() + ".");
                }
                return capsule;
            } finally {
                more.virDomainFree(domain);
            }
        });
    }
}

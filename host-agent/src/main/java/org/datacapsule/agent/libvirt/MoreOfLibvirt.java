package org.datacapsule.agent.libvirt;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.ConnectionPointer;

/**
 * The calls of libvirt that libvirt-java lacks. Names and parameters are libvirt's; an error's words are the calling
 * thread's until its next call.
 */
interface MoreOfLibvirt extends Library {
    int UPDATE_ADD_LAST = 3;
    int UPDATE_DELETE = 2;
    int SECTION_DHCP_HOST = 4;
    int AFFECT_LIVE = 1;
    int AFFECT_CONFIG = 2;
    int SHUTDOWN_ACPI = 1;
    int SHUTDOWN_GUEST_AGENT = 2;
    int PAUSED_FOR_MIGRATION = 2;

    @Nullable Pointer virNetworkLookupByName(ConnectionPointer connection, String name);

    int virNetworkUpdate(Pointer network, int command, int section, int parentIndex, String xml, int flags);

    int virNetworkFree(Pointer network);

    @Nullable Pointer virDomainLookupByUUIDString(ConnectionPointer connection, String uuid);

    int virDomainGetState(Pointer domain, IntByReference state, IntByReference reason, int flags);

    int virDomainRestoreFlags(ConnectionPointer connection, String from, String xml, int flags);

    @Nullable Pointer virDomainSaveImageGetXMLDesc(ConnectionPointer connection, String file, int flags);

    int virDomainShutdownFlags(Pointer domain, int flags);

    int virDomainAgentSetResponseTimeout(Pointer domain, int seconds, int flags);

    int virDomainAuthorizedSSHKeysSet(Pointer domain, String user, String @Nullable [] keys, int count, int flags);

    int virDomainFSFreeze(Pointer domain, String @Nullable [] mountPoints, int count, int flags);

    int virDomainFSThaw(Pointer domain, String @Nullable [] mountPoints, int count, int flags);

    int virDomainFree(Pointer domain);

    @Nullable String virGetLastErrorMessage();
}

package org.datacapsule.agent.hypervisor;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Leftover;

/** The capsule network of this host: addresses, filters, and the way in by SSH. */
public interface CapsuleNetwork {

    /** Makes the network, the filters of all policies and the forwarding table be there; at start, and when libvirt came back. */
    void ensure();

    /** Name of the filter that puts maintenance mode in force for a capsule of this type. */
    String maintenanceFilter(CapsuleType type);

    /** Name of the filter that puts secure mode in force for a capsule of this type. */
    String secureFilter(CapsuleType type);

    /** Whether the file is the very policy that is in force for capsules of this type in this mode, unchanged since. */
    boolean isPolicyFile(Path file, CapsuleMode mode, CapsuleType type);

    /** Whether a filter is that of a maintenance policy, of whatever type. */
    boolean isMaintenance(String filter);

    /** Whether a filter is that of a secure policy, of whatever type. One of a policy whose file was renamed is neither. */
    boolean isSecure(String filter);

    /**
     * Reads back from the kernel what is in force on the guest's interface, and compares it with the policy.
     *
     * @param tap the host's end of that interface
     * @throws ProblemException {@link ErrorCode#HOST_POLICY_NOT_IN_FORCE}, saying what is otherwise
     */
    PolicyInForce verify(CapsuleSpec spec, String filter, String tap);

    /** Ends every connection to and from the guest that the host keeps track of. */
    void cutConnections(CapsuleSpec spec);

    /** Names of data services with their addresses, for the hosts file of a capsule of this type, in either mode. */
    SortedMap<String, String> names(CapsuleType type);

    /** Reserves the capsule's address for its MAC with the host's DHCP server. */
    void reserveLease(CapsuleSpec spec);

    void releaseLease(CapsuleSpec spec);

    /** IPv4 addresses that are reserved here. */
    Set<String> leased();

    /** Every way in, every address reserved for a guest, and every filter of ours that is of no policy of this host. */
    List<Leftover> removable();

    /** Removes one of these; what is not there any more, or is in use, is left as it is. */
    void remove(Leftover leftover);

    /**
     * Leads the host's ssh port to the guest's port 22.
     *
     * @throws ProblemException {@link ErrorCode#HOST_PORT_TAKEN} when another program listens on the ssh or the vnc port
     */
    void openSsh(CapsuleSpec spec);

    /** Ends the way in, and the connections that used it. */
    void closeSsh(CapsuleSpec spec);

    /** Ends every SSH connection into the guest; the way in stays open for new ones. */
    void endSshSessions(CapsuleSpec spec);
}

package org.datacapsule.common.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.Sha256;

/**
 * An agent's sign of life, every few seconds; the first one registers the host. Renews the host's lease.
 *
 * @param incarnation made anew at each start of the agent
 * @param link made anew each time the agent joins the bus
 * @param receiptKey public half of the key the host signs mode receipts with, base64 of its X.509 form
 * @param version the agent's version
 * @param address where users reach the host's ssh and vnc ports
 * @param acceleration {@code kvm} or {@code tcg}, and in brackets why
 * @param images content the host has, verified
 * @param capsules every capsule the host has files or a domain of
 * @param recalled the epoch of the last {@link Recall} this agent has done since it started; 0 for none
 * @param storagePool names the storage it shares with other hosts; absent where its capsules' files are its own
 * @param setAside what it keeps of capsules that live elsewhere
 * @param imageStock what else there is to say of its images; absent from an agent that fetches none
 * @param leftovers what is on its network and of no capsule it has; absent while that is not known
 * @param revocations the number of the {@link Revocations} that all on this host go by; 0 where that is not certain. Absent from an
 *     agent that takes none
 */
public record Heartbeat(
        HostId host,
        UUID incarnation,
        UUID link,
        String receiptKey,
        String version,
        String address,
        String acceleration,
        Capacity capacity,
        PortRange ports,
        GuestNetwork guestNetwork,
        List<Sha256> images,
        List<CapsuleObservation> capsules,
        long recalled,
        Optional<String> storagePool,
        List<SetAside> setAside,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<ImageStock> imageStock,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<List<Leftover>> leftovers,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Long> revocations) {
    public Heartbeat {
        images = List.copyOf(images);
        capsules = List.copyOf(capsules);
        setAside = List.copyOf(setAside);
        leftovers = leftovers.map(List::copyOf);
    }
}

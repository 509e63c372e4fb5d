package org.datacapsule.agent.simulated;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.PolicyInForce;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Leftover;

/** Leases and ways in that are entries in a set. */
public final class SimulatedNetwork implements CapsuleNetwork {
    private static final Sha256 HASH = new Sha256("00".repeat(32));

    private final Faults faults;
    private final Set<CapsuleId> leases = ConcurrentHashMap.newKeySet();
    private final Map<CapsuleId, String> addresses = new ConcurrentHashMap<>();
    private final Map<CapsuleId, Leftover> open = new ConcurrentHashMap<>();
    private final Set<Leftover> filters = ConcurrentHashMap.newKeySet();
    private final Set<Integer> strangers = ConcurrentHashMap.newKeySet();

    public SimulatedNetwork(Faults faults) {
        this.faults = faults;
    }

    /** Capsules that have an address reserved. */
    public Set<CapsuleId> leases() {
        return Set.copyOf(leases);
    }

    /** Capsules whose ssh port leads to them. */
    public Set<CapsuleId> open() {
        return Set.copyOf(open.keySet());
    }

    /** Another program listens on {@code port}, or no longer does. */
    public void stranger(int port, boolean listens) {
        if (listens) {
            strangers.add(port);
        } else {
            strangers.remove(port);
        }
    }

    /** A filter of a policy that is no more. */
    public void filter(String name) {
        filters.add(new Leftover(Leftover.Kind.FILTER, name));
    }

    @Override
    public List<Leftover> removable() {
        faults.at("removable");
        List<Leftover> found = new ArrayList<>(open.values());
        addresses.values().forEach(address -> found.add(new Leftover(Leftover.Kind.ADDRESS, address)));
        found.addAll(filters);
        return found;
    }

    @Override
    public void remove(Leftover leftover) {
        faults.at("remove");
        open.values().remove(leftover);
        filters.remove(leftover);
        if (leftover.kind() == Leftover.Kind.ADDRESS) {
            addresses.forEach((capsule, address) -> {
                if (address.equals(leftover.address())) {
                    addresses.remove(capsule);
                    leases.remove(capsule);
                }
            });
        }
    }

    @Override
    public void ensure() {
        faults.at("ensure");
    }

    @Override
    public String maintenanceFilter(CapsuleType type) {
        return "maintenance-" + type.wireName().toLowerCase(Locale.ROOT);
    }

    @Override
    public SortedMap<String, String> names(CapsuleType type) {
        return Collections.emptySortedMap();
    }

    @Override
    public String secureFilter(CapsuleType type) {
        return "secure-" + type.wireName().toLowerCase(Locale.ROOT);
    }

    /** A file counts by its name alone, such as {@code secure-research.yaml}. */
    @Override
    public boolean isPolicyFile(Path file, CapsuleMode mode, CapsuleType type) {
        String filter = mode == CapsuleMode.SECURE ? secureFilter(type) : maintenanceFilter(type);
        return file.endsWith(filter + ".yaml");
    }

    @Override
    public Set<String> leased() {
        return Set.copyOf(addresses.values());
    }

    @Override
    public boolean isMaintenance(String filter) {
        return filter.startsWith("maintenance-");
    }

    @Override
    public boolean isSecure(String filter) {
        return filter.startsWith("secure-");
    }

    @Override
    public PolicyInForce verify(CapsuleSpec spec, String filter, String tap) {
        faults.at("verify");
        return new PolicyInForce(filter, HASH, HASH, List.of("simulated: nothing was verified"));
    }

    @Override
    public void cutConnections(CapsuleSpec spec) {
        faults.at("cut-connections");
        faults.done("cut-connections", spec.id());
    }

    @Override
    public void reserveLease(CapsuleSpec spec) {
        faults.at("reserve-lease");
        addresses.put(spec.id(), spec.guest().ipv4());
        if (leases.add(spec.id())) {
            faults.done("reserve-lease", spec.id());
        }
    }

    @Override
    public void releaseLease(CapsuleSpec spec) {
        faults.at("release-lease");
        addresses.remove(spec.id());
        if (leases.remove(spec.id())) {
            faults.done("release-lease", spec.id());
        }
    }

    @Override
    public void openSsh(CapsuleSpec spec) {
        faults.at("open-ssh");
        if (strangers.contains(spec.sshPort()) || strangers.contains(spec.vncPort())) {
            throw new ProblemException(
                    ErrorCode.HOST_PORT_TAKEN,
                    "Another program listens on port " + spec.sshPort() + " or " + spec.vncPort() + ".");
        }
        if (open.put(spec.id(), Leftover.wayIn(spec.sshPort(), spec.guest().ipv4())) == null) {
            faults.done("open-ssh", spec.id());
        }
    }

    @Override
    public void closeSsh(CapsuleSpec spec) {
        faults.at("close-ssh");
        if (open.remove(spec.id()) != null) {
            faults.done("close-ssh", spec.id());
        }
    }

    @Override
    public void endSshSessions(CapsuleSpec spec) {
        faults.at("end-ssh-sessions");
        faults.done("end-ssh-sessions", spec.id());
    }
}

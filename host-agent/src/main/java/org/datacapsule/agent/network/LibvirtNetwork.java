package org.datacapsule.agent.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.PolicyInForce;
import org.datacapsule.agent.network.PolicyFolder.PolicyFile;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.policy.NetworkPolicy;
import org.datacapsule.common.policy.PolicyException;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.GuestAddress;
import org.datacapsule.common.wire.Leftover;

/** The capsule network as libvirt's bridge, DHCP server and filters, and a table of our own for what crosses the host. */
public final class LibvirtNetwork implements CapsuleNetwork {
    private static final Path INTERFACE_SETTINGS = Path.of("/proc/sys/net/ipv4/conf");

    private final NetworkConfig config;
    private final VirtualNetworks libvirt;
    private final ProgramRunner programs;
    private final Forwarding forwarding;
    private final Connections connections;
    private final PolicyFolder policies;

    /**
     * Reads the policies; touches nothing yet.
     *
     * @throws PolicyException when a policy does not parse, or a type of capsule has none; the agent must not start then
     */
    public LibvirtNetwork(NetworkConfig config, VirtualNetworks libvirt, ProgramRunner programs)
            throws PolicyException {
        this.config = config;
        this.libvirt = libvirt;
        this.programs = programs;
        this.forwarding = new Forwarding(config, programs);
        this.connections = new Connections(programs);
        this.policies = PolicyFolder.read(config.policies());
    }

    @Override
    public void ensure() {
        // Before the bridge is there: no packet ever crosses a bridge that has no rules.
        forwarding.ensure();
        Optional<String> existing = libvirt.networkXml(config.name());
        if (existing.isEmpty()) {
            libvirt.defineNetwork(NetworkXml.write(config));
        } else if (!NetworkXml.matches(config, existing.get())) {
            throw new ProblemException(
                    ErrorCode.HOST_HYPERVISOR_FAILED,
                    "libvirt has a network " + config.name() + " with another bridge, address or forward mode than the"
                            + " configuration; with no guest running, remove it: virsh net-destroy " + config.name()
                            + "; virsh net-undefine " + config.name());
        }
        libvirt.startNetwork(config.name());
        if (config.isLoopback()) {
            routeLoopback();
        }
        for (NetworkPolicy policy : policies.policies()) {
            libvirt.defineFilter(FilterXml.write(config, policy).render());
        }
    }

    @Override
    public String maintenanceFilter(CapsuleType type) {
        return FilterXml.name(config, policies.policy(CapsuleMode.MAINTENANCE, type));
    }

    @Override
    public String secureFilter(CapsuleType type) {
        return FilterXml.name(config, policies.policy(CapsuleMode.SECURE, type));
    }

    @Override
    public boolean isPolicyFile(Path file, CapsuleMode mode, CapsuleType type) {
        return policies.isServedBy(file, config.policies(), mode, type);
    }

    @Override
    public boolean isMaintenance(String filter) {
        return isOf(CapsuleMode.MAINTENANCE, filter);
    }

    @Override
    public boolean isSecure(String filter) {
        return isOf(CapsuleMode.SECURE, filter);
    }

    private boolean isOf(CapsuleMode mode, String filter) {
        return policies.policies().stream()
                .anyMatch(policy ->
                        policy.mode() == mode && FilterXml.name(config, policy).equals(filter));
    }

    @Override
    public PolicyInForce verify(CapsuleSpec spec, String filter, String tap) {
        PolicyFile file = policies.files().values().stream()
                .filter(each -> FilterXml.name(config, each.policy()).equals(filter))
                .findFirst()
                .orElseThrow(() -> new ProblemException(
                        ErrorCode.HOST_POLICY_NOT_IN_FORCE,
                        "The guest is under a filter that is no policy of this host."));
        KernelRules kernel = KernelRules.read(programs);
        GuestAddress guest = spec.guest();
        kernel.require(LayerTwoRules.expected(FilterXml.write(config, file.policy()), guest.mac(), guest.ipv4()), tap);
        KernelRules.requireIsolated(tap, config.bridge());
        boolean sshOpen = forwarding.ports().containsKey(spec.sshPort());
        if (sshOpen && !file.policy().sshIn()) {
            throw new ProblemException(
                    ErrorCode.HOST_POLICY_NOT_IN_FORCE, "The kernel was asked, and still leads SSH into the guest.");
        }
        List<String> verified = List.of(
                "the kernel's layer-2 rules of the guest's interface are exactly those of policy "
                        + file.policy().name(),
                "the interface is an isolated port of the capsule bridge",
                sshOpen
                        ? "SSH leads into the guest, as the policy has it"
                        : "no port of the host leads into the guest");
        return new PolicyInForce(file.policy().name(), file.hash(), kernel.hash(tap), verified);
    }

    @Override
    public void cutConnections(CapsuleSpec spec) {
        connections.cut(spec.guest().ipv4());
    }

    @Override
    public SortedMap<String, String> names(CapsuleType type) {
        return policies.names().getOrDefault(type, Collections.emptySortedMap());
    }

    @Override
    public void reserveLease(CapsuleSpec spec) {
        libvirt.putLease(config.name(), spec.guest());
    }

    @Override
    public void releaseLease(CapsuleSpec spec) {
        libvirt.removeLease(config.name(), spec.guest());
    }

    @Override
    public Set<String> leased() {
        return leases().stream().map(GuestAddress::ipv4).collect(Collectors.toUnmodifiableSet());
    }

    private Set<GuestAddress> leases() {
        return libvirt.networkXml(config.name()).map(NetworkXml::leases).orElse(Set.of());
    }

    @Override
    public List<Leftover> removable() {
        List<Leftover> found = new ArrayList<>();
        forwarding.ports().forEach((port, guest) -> found.add(Leftover.wayIn(port, guest)));
        // What an operator has reserved for a service of his own is not as ours are.
        leases().stream()
                .filter(lease -> config.guests().has(lease))
                .forEach(lease -> found.add(new Leftover(Leftover.Kind.ADDRESS, lease.ipv4())));
        Set<String> policy = policies.policies().stream()
                .map(each -> FilterXml.name(config, each))
                .collect(Collectors.toSet());
        libvirt.filters().stream()
                .filter(name -> name.startsWith(config.name() + "-") && !policy.contains(name))
                .forEach(name -> found.add(new Leftover(Leftover.Kind.FILTER, name)));
        return found;
    }

    @Override
    public void remove(Leftover leftover) {
        switch (leftover.kind()) {
            case WAY_IN -> {
                int port = Integer.parseInt(
                        leftover.what().substring(0, leftover.what().indexOf(' ')));
                forwarding.close(port, leftover.address());
            }
            case ADDRESS ->
                leases().stream()
                        .filter(lease -> lease.ipv4().equals(leftover.address()))
                        .forEach(lease -> libvirt.removeLease(config.name(), lease));
            case FILTER -> libvirt.removeFilter(leftover.what());
        }
    }

    @Override
    public void openSsh(CapsuleSpec spec) {
        PortProbe.requireFree(config.hostAddress(), spec.sshPort());
        PortProbe.requireFree(config.hostAddress(), spec.vncPort());
        forwarding.open(spec.sshPort(), spec.guest().ipv4());
    }

    @Override
    public void closeSsh(CapsuleSpec spec) {
        forwarding.close(spec.sshPort(), spec.guest().ipv4());
    }

    @Override
    public void endSshSessions(CapsuleSpec spec) {
        forwarding.endConnections(spec.sshPort());
    }

    /** Lets connections from 127.0.0.1 out to this bridge, and their answers in; the table keeps guests from using it. */
    private void routeLoopback() {
        try {
            Files.writeString(INTERFACE_SETTINGS.resolve(config.bridge()).resolve("route_localnet"), "1");
        } catch (IOException e) {
            throw new ProblemException(
                    ErrorCode.HOST_TOOL_FAILED,
                    "route_localnet cannot be set on the capsule bridge, which 127.0.0.1 as the host's address needs");
        }
    }
}

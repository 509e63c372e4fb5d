package org.datacapsule.agent.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.policy.NetworkPolicy;
import org.datacapsule.common.policy.PolicyException;
import org.datacapsule.common.wire.CapsuleSpec;

/** The capsule network as libvirt's bridge, DHCP server and filters, and a table of our own for what crosses the host. */
public final class LibvirtNetwork implements CapsuleNetwork {
    private static final Path INTERFACE_SETTINGS = Path.of("/proc/sys/net/ipv4/conf");

    private final NetworkConfig config;
    private final VirtualNetworks libvirt;
    private final Forwarding forwarding;
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
        this.forwarding = new Forwarding(config, programs);
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
            libvirt.defineFilter(FilterXml.write(config, policy));
        }
    }

    @Override
    public String maintenanceFilter(CapsuleType type) {
        NetworkPolicy policy = policies.maintenance().get(type);
        if (policy == null) {
            throw new IllegalStateException("checked when the policies were read: " + type);
        }
        return FilterXml.name(config, policy);
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
    public void openSsh(CapsuleSpec spec) {
        PortProbe.requireFree(config.hostAddress(), spec.sshPort());
        PortProbe.requireFree(config.hostAddress(), spec.vncPort());
        forwarding.open(spec.sshPort(), spec.guest().ipv4());
    }

    @Override
    public void closeSsh(CapsuleSpec spec) {
        forwarding.close(spec.sshPort());
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

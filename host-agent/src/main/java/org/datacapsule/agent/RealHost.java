package org.datacapsule.agent;

import java.time.Duration;
import java.util.Locale;
import org.datacapsule.agent.config.AgentConfig;
import org.datacapsule.agent.config.NetworkSettings;
import org.datacapsule.agent.libvirt.LibvirtConfig;
import org.datacapsule.agent.libvirt.LibvirtConnection;
import org.datacapsule.agent.libvirt.LibvirtHypervisor;
import org.datacapsule.agent.libvirt.LibvirtNetworks;
import org.datacapsule.agent.network.LibvirtNetwork;
import org.datacapsule.agent.network.NetworkConfig;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.agent.storage.DirectoryStorage;
import org.datacapsule.agent.storage.StorageConfig;
import org.datacapsule.common.policy.PolicyException;

/** This machine: libvirt, its network and the capsules' files, as the configuration has them. */
record RealHost(
        LibvirtConnection connection, LibvirtHypervisor hypervisor, LibvirtNetwork network, DirectoryStorage storage) {
    private static final int LIBVIRT_CALLS = 8;
    private static final Duration PATIENCE_WITH_PROGRAMS = Duration.ofSeconds(60);

    static RealHost open(AgentConfig config) throws PolicyException {
        LibvirtConfig libvirt = new LibvirtConfig(
                config.libvirt().uri(),
                config.libvirt().acceleration().name().toLowerCase(Locale.ROOT),
                config.network().name(),
                config.host().vncListen(),
                LIBVIRT_CALLS);
        LibvirtConnection connection = new LibvirtConnection(libvirt);
        try {
            LibvirtHypervisor hypervisor = new LibvirtHypervisor(libvirt, connection);
            ProgramRunner programs = new ProgramRunner(PATIENCE_WITH_PROGRAMS);
            StorageConfig storage = new StorageConfig(
                    config.storage().capsules(), config.storage().images(), hypervisor.qemuGroup());
            LibvirtNetwork network =
                    new LibvirtNetwork(network(config.network()), new LibvirtNetworks(connection), programs);
            connection.whenOpenedAgain(network::ensure);
            return new RealHost(connection, hypervisor, network, new DirectoryStorage(storage, programs));
        } catch (PolicyException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    HostParts parts() {
        return new HostParts(hypervisor, network, storage, connection::close);
    }

    private static NetworkConfig network(NetworkSettings settings) {
        return new NetworkConfig(
                settings.name(),
                settings.bridge(),
                settings.guests(),
                settings.address(),
                settings.policies(),
                settings.deniedRanges());
    }
}

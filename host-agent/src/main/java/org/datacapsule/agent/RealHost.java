package org.datacapsule.agent;

import java.time.Duration;
import org.datacapsule.agent.config.AgentConfig;
import org.datacapsule.agent.hypervisor.Whereabouts;
import org.datacapsule.agent.libvirt.LibvirtConnection;
import org.datacapsule.agent.libvirt.LibvirtHypervisor;
import org.datacapsule.agent.libvirt.LibvirtNetworks;
import org.datacapsule.agent.libvirt.LibvirtTls;
import org.datacapsule.agent.network.LibvirtNetwork;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.agent.storage.DirectoryStorage;
import org.datacapsule.common.policy.PolicyException;

/** This machine: libvirt, its network and the capsules' files, as the configuration has them. */
record RealHost(
        LibvirtConnection connection,
        LibvirtHypervisor hypervisor,
        LibvirtNetwork network,
        DirectoryStorage storage,
        Whereabouts whereabouts,
        LibvirtTls tls) {
    private static final Duration PATIENCE_WITH_PROGRAMS = Duration.ofSeconds(60);

    static RealHost open(AgentConfig config) throws PolicyException {
        LibvirtConnection connection = new LibvirtConnection(config.libvirt());
        try {
            LibvirtHypervisor hypervisor = new LibvirtHypervisor(
                    config.libvirt(),
                    config.network().name(),
                    connection,
                    config.migration().tlsDirectory());
            ProgramRunner programs = new ProgramRunner(PATIENCE_WITH_PROGRAMS);
            LibvirtNetwork network = new LibvirtNetwork(config.network(), new LibvirtNetworks(connection), programs);
            DirectoryStorage storage =
                    new DirectoryStorage(config.storage(), config.migration(), hypervisor.qemuGroup(), programs);
            Whereabouts whereabouts = new Whereabouts(
                    config.migration().address(),
                    config.migration().libvirtUri(),
                    config.network().name(),
                    config.libvirt().vncListen());
            connection.whenOpenedAgain(network::ensure);
            return new RealHost(connection, hypervisor, network, storage, whereabouts, new LibvirtTls(programs));
        } catch (PolicyException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    HostParts parts() {
        return new HostParts(hypervisor, network, storage, whereabouts, tls, connection::close).with(storage.shelf());
    }
}

package org.datacapsule.agent.config;

import org.datacapsule.agent.identity.IdentityConfig;
import org.datacapsule.agent.image.ImageConfig;
import org.datacapsule.agent.libvirt.LibvirtConfig;
import org.datacapsule.agent.network.NetworkConfig;
import org.datacapsule.agent.storage.MigrationConfig;
import org.datacapsule.agent.storage.StorageConfig;
import org.datacapsule.common.config.ConfigException;
import org.datacapsule.common.config.Settings;

/** Everything that can be set of an agent. */
public record AgentConfig(
        HostConfig host,
        LinkConfig link,
        LibvirtConfig libvirt,
        NetworkConfig network,
        StorageConfig storage,
        ImageConfig images,
        TrustConfig trust,
        WorkConfig work,
        ResultsConfig results,
        MigrationConfig migration,
        IdentityConfig identity,
        DevelopmentConfig development) {

    /** @throws ConfigException with every error at once */
    public static AgentConfig from(Settings settings) throws ConfigException {
        HostConfig host = HostConfig.from(settings);
        LinkConfig link = LinkConfig.from(settings);
        AgentConfig config = new AgentConfig(
                host,
                link,
                LibvirtConfig.from(settings),
                NetworkConfig.from(settings),
                StorageConfig.from(settings, host.name()),
                ImageConfig.from(settings, link.address()),
                TrustConfig.from(settings),
                WorkConfig.from(settings),
                ResultsConfig.from(settings),
                MigrationConfig.from(settings, host.address()),
                IdentityConfig.from(settings),
                DevelopmentConfig.from(settings));
        if (config.libvirt().isSimulated() && !config.development().allowed()) {
            settings.reject("libvirt.uri is simulated, and development is not true");
        }
        settings.verify();
        return config;
    }
}

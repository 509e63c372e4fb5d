package org.datacapsule.agent.config;

import java.util.List;
import java.util.Map;
import org.datacapsule.common.config.ConfigException;
import org.datacapsule.common.config.Settings;
import org.datacapsule.common.config.Settings.DocumentedKey;

/** Everything that can be set of an agent. */
public record AgentConfig(
        HostConfig host,
        LinkConfig link,
        LibvirtSettings libvirt,
        NetworkSettings network,
        StorageSettings storage,
        TrustConfig trust,
        WorkConfig work,
        ResultsConfig results,
        DevelopmentConfig development) {

    /** @throws ConfigException with every error at once */
    public static AgentConfig from(Settings settings) throws ConfigException {
        AgentConfig config = read(settings);
        if (config.libvirt().isSimulated() && !config.development().allowed()) {
            settings.reject("libvirt.uri is simulated, and development is not true");
        }
        settings.verify();
        return config;
    }

    /** Every key, what it means, and what it is when it is not set. */
    public static List<DocumentedKey> reference() {
        Settings nothing = Settings.of(Map.of());
        read(nothing);
        return nothing.reference();
    }

    private static AgentConfig read(Settings settings) {
        return new AgentConfig(
                HostConfig.from(settings),
                LinkConfig.from(settings),
                LibvirtSettings.from(settings),
                NetworkSettings.from(settings),
                StorageSettings.from(settings),
                TrustConfig.from(settings),
                WorkConfig.from(settings),
                ResultsConfig.from(settings),
                DevelopmentConfig.from(settings));
    }
}

package org.datacapsule.agent;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.datacapsule.agent.cli.AgentCommandLine;
import org.datacapsule.agent.cli.Programs;
import org.datacapsule.agent.config.AgentConfig;
import org.datacapsule.agent.local.LocalAnswer;
import org.datacapsule.agent.local.LocalRequest;
import org.datacapsule.agent.simulated.SimulatedHost;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.policy.PolicyException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process. */
public final class AgentMain {
    private static final Logger LOG = LoggerFactory.getLogger(AgentMain.class);

    private AgentMain() {}

    public static void main(String[] arguments) {
        System.exit(AgentCommandLine.of(new Production(), AgentVersion.text()).execute(arguments));
    }

    private static final class Production implements Programs {

        @Override
        public LocalAnswer script(AgentConfig config, LocalRequest request) throws Exception {
            return new LocalScripts(config, () -> hostParts(config)).answer(request);
        }

        @Override
        public void serve(AgentConfig config) throws Exception {
            AgentAssembly agent = AgentAssembly.start(config, hostParts(config));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(agent), "stop"));
            new CountDownLatch(1).await();
        }

        @Override
        public Sha256 addImage(AgentConfig config, Path file) throws PolicyException {
            RealHost host = RealHost.open(config);
            try {
                return host.storage().importImage(file);
            } finally {
                host.connection().close();
            }
        }
    }

    private static HostParts hostParts(AgentConfig config) throws PolicyException {
        return config.libvirt().isSimulated()
                ? HostParts.simulated(SimulatedHost.with(config.development().simulatedImages()))
                : RealHost.open(config).parts();
    }

    /** Being told to end is a success, which the JVM's own exit code for a signal does not say. */
    private static void stop(AgentAssembly agent) {
        try {
            agent.stop();
            Runtime.getRuntime().halt(0);
        } catch (Exception e) {
            LOG.atError().setCause(e).log("the agent did not stop cleanly; its journal has what is to be done");
            Runtime.getRuntime().halt(1);
        }
    }
}

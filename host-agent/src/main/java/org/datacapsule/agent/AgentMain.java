package org.datacapsule.agent;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.datacapsule.agent.cli.AgentCommandLine;
import org.datacapsule.agent.cli.Programs;
import org.datacapsule.agent.config.AgentConfig;
import org.datacapsule.agent.simulated.SimulatedHost;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.Sha256;
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
        public void serve(AgentConfig config) throws Exception {
            AgentAssembly agent = AgentAssembly.start(config, hostParts(config));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(agent), "stop"));
            new CountDownLatch(1).await();
        }

        @Override
        public Sha256 addImage(AgentConfig config, Path file) {
            throw notWired();
        }
    }

    private static HostParts hostParts(AgentConfig config) {
        return config.libvirt().isSimulated()
                ? HostParts.simulated(SimulatedHost.with(config.development().simulatedImages()))
                : realParts(config);
    }

    /** libvirt, its network and the host's files, as {@code config} has them. */
    private static HostParts realParts(AgentConfig config) {
        LOG.atError().addKeyValue("hostId", config.host().name()).log("no host but the simulated one is wired");
        throw notWired();
    }

    private static ProblemException notWired() {
        return new ProblemException(
                ErrorCode.HOST_HYPERVISOR_UNAVAILABLE,
                "This build knows the simulated host only (libvirt.uri: simulated, development: true).");
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

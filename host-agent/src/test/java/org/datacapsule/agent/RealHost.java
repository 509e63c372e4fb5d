package org.datacapsule.agent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.datacapsule.agent.hypervisor.HostCalls;
import org.datacapsule.agent.hypervisor.Whereabouts;
import org.datacapsule.agent.libvirt.LibvirtConfig;
import org.datacapsule.agent.libvirt.LibvirtConnection;
import org.datacapsule.agent.libvirt.LibvirtHypervisor;
import org.datacapsule.agent.libvirt.LibvirtNetworks;
import org.datacapsule.agent.libvirt.WantedAcceleration;
import org.datacapsule.agent.network.LibvirtNetwork;
import org.datacapsule.agent.network.NetworkConfig;
import org.datacapsule.agent.process.ProgramFailedException;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.agent.storage.DirectoryStorage;
import org.datacapsule.agent.storage.MigrationConfig;
import org.datacapsule.agent.storage.StorageConfig;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.policy.PolicyException;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.GuestNetwork;

/** The mechanisms on this machine's libvirt, with a network and folder of their own that {@link #close} takes away. */
public final class RealHost implements AutoCloseable {
    public static final String NETWORK = "dct0";
    public static final String MACHINES_LIBVIRT = "qemu:///system";
    private static final GuestNetwork GUESTS = GuestNetwork.parse("10.91.0.0/24");
    private static final int LOWEST_VNC_PORT = 5900;
    private static final ObjectMapper JSON = new ObjectMapper();

    public final LibvirtConfig libvirtConfig;
    public final LibvirtConnection connection;
    public final LibvirtHypervisor hypervisor;
    public final LibvirtNetwork network;
    public final LibvirtNetworks networks;
    public final DirectoryStorage storage;
    private final NetworkConfig networkConfig;
    public final Path folder;
    public final GuestNetwork guests;
    public final ProgramRunner programs = new ProgramRunner(Duration.ofSeconds(60));

    public RealHost() throws IOException, PolicyException {
        this(Path.of("../deploy/policies"));
    }

    public RealHost(Path policies) throws IOException, PolicyException {
        this(MACHINES_LIBVIRT, NETWORK, GUESTS, policies);
    }

    /** @param name of the network and of its bridge */
    public RealHost(String uri, String name, GuestNetwork guests, Path policies) throws IOException, PolicyException {
        this.guests = guests;
        libvirtConfig = new LibvirtConfig(uri, WantedAcceleration.AUTO, "127.0.0.1");
        connection = new LibvirtConnection(libvirtConfig);
        hypervisor = new LibvirtHypervisor(libvirtConfig, name, connection, Optional.empty());
        try {
            hypervisor.facts();
        } catch (ProblemException e) {
            throw new AssertionError(
                    "These tests need a libvirtd that answers at " + uri + "; start one (scripts/test does)", e);
        }
        // Not in the build's folder: QEMU's user must be able to pass through every directory above.
        folder = Files.createTempDirectory(Path.of("/var/tmp"), "datacapsule-it-");
        programsRun("chmod", "711", folder.toString());
        storage = new DirectoryStorage(
                new StorageConfig(folder, folder.resolve("run"), 0),
                new MigrationConfig("127.0.0.1", Optional.empty(), 49_300, 64),
                hypervisor.qemuGroup(),
                programs);
        networks = new LibvirtNetworks(connection);
        networkConfig = new NetworkConfig(name, name, guests, "127.0.0.1", policies, List.of());
        network = new LibvirtNetwork(networkConfig, networks, programs);
    }

    /** The network as an agent that is started now sees it, its policies read anew. */
    public LibvirtNetwork again() throws PolicyException {
        return new LibvirtNetwork(networkConfig, networks, programs);
    }

    public HostParts parts() {
        return new HostParts(
                hypervisor,
                network,
                storage,
                new Whereabouts("127.0.0.1", libvirtConfig.uri(), networkConfig.name(), "127.0.0.1"),
                HostCalls.NONE,
                () -> {});
    }

    public CapsuleSpec spec(int slot) throws IOException {
        return new CapsuleSpec(
                CapsuleId.random(),
                CapsuleType.RESEARCH,
                1,
                256,
                1,
                guests.address(slot),
                freePort(24_000 + slot * 10),
                freePort(LOWEST_VNC_PORT + slot * 10));
    }

    /** Path of the small guest image, built by its recipe if it is not there yet. */
    public Path guestImage() throws ProgramFailedException {
        ProgramRunner patient = new ProgramRunner(Duration.ofMinutes(10));
        return Path.of(patient.run(List.of("../deploy/guest/build")).strip());
    }

    public String programsRun(String... arguments) {
        try {
            return programs.run(List.of(arguments));
        } catch (ProgramFailedException e) {
            throw new AssertionError(String.join(" ", arguments), e);
        }
    }

    public String virsh(String... arguments) {
        List<String> command = new ArrayList<>(List.of("virsh", "-q", "-c", libvirtConfig.uri()));
        command.addAll(List.of(arguments));
        return programsRun(command.toArray(String[]::new));
    }

    /** Runs a shell line as root inside a guest, through its agent, and answers its exit code. */
    public int inGuest(CapsuleId capsule, String line) {
        return ran(capsule, line).path("exitcode").asInt();
    }

    /** The same, and answers what it printed. */
    public String printedInGuest(CapsuleId capsule, String line) {
        byte[] printed =
                Base64.getDecoder().decode(ran(capsule, line).path("out-data").asText());
        return new String(printed, StandardCharsets.UTF_8);
    }

    /** Waits until the guest's agent answers. */
    public void awaitGuest(CapsuleId capsule) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(200))
                .ignoreException(AssertionError.class)
                .until(() -> inGuest(capsule, "true") == 0);
    }

    private JsonNode ran(CapsuleId capsule, String line) {
        JsonNode started = agent(
                capsule,
                Map.of(
                        "execute",
                        "guest-exec",
                        "arguments",
                        Map.of("path", "/bin/sh", "arg", List.of("-c", line), "capture-output", true)));
        int process = started.path("pid").asInt();
        return Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(200))
                .until(
                        () -> agent(
                                capsule, Map.of("execute", "guest-exec-status", "arguments", Map.of("pid", process))),
                        status -> status.path("exited").asBoolean());
    }

    private JsonNode agent(CapsuleId capsule, Map<String, Object> command) {
        try {
            String answer = virsh("qemu-agent-command", capsule.toString(), JSON.writeValueAsString(command));
            return JSON.readTree(answer).path("return");
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        for (CapsuleId capsule : storage.all()) {
            hypervisor.destroy(capsule);
            storage.delete(capsule);
        }
        virsh("net-destroy", networkConfig.name());
        virsh("net-undefine", networkConfig.name());
        for (String policy : List.of("maintenance", "secure", "secure-full")) {
            virsh("nwfilter-undefine", networkConfig.name() + "-" + policy);
        }
        programsRun("nft", "delete", "table", "inet", networkConfig.name());
        programsRun("rm", "-r", folder.toString());
        connection.close();
    }

    /** Forwarded ports have no listener, so the range must not be the quickstart's, which may be running beside this. */
    private static int freePort(int from) throws IOException {
        for (int port = from; ; port++) {
            try (ServerSocket socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (IOException e) {
                if (port > from + 500) {
                    throw e;
                }
            }
        }
    }
}

package org.datacapsule.devkit.fleet;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;

/** The two programs' configuration files. Times are short, so that what follows a crash follows soon. */
record Configuration(FleetFiles files, Keys keys, Lane lane, int httpPort, int routerBus, int routerDoor) {
    static final String HOST = "e2e";
    private static final int FIRST_EPHEMERAL = 32_768;

    static Configuration choose(FleetFiles files, Keys keys, Lane lane) throws IOException {
        int http = free(lane.firstPort());
        int router = free(http + 1);
        return new Configuration(files, keys, lane, http, router, free(router + 1));
    }

    /**
     * A port is bound again when its program is started again, so it must not be one the kernel gives to outgoing
     * connections meanwhile: those begin at 32768.
     */
    private static int free(int from) throws IOException {
        for (int port = from; port < FIRST_EPHEMERAL; port++) {
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // Somebody's; the next one, then.
            }
        }
        throw new IOException("no port is free from " + from + " to " + (FIRST_EPHEMERAL - 1));
    }

    void writeRouter(int databasePort, String database, String user) throws IOException {
        Files.writeString(files.routerConfig(), """
                development: true
                http: {host: 127.0.0.1, port: %d}
                auth: {issuer: datacapsule-e2e, audience: datacapsule, development-key-file: %s}
                database: {host: 127.0.0.1, port: %d, name: %s, user: %s}
                bus: {cluster-name: %s, host: 127.0.0.1, port: %d, door-port: %d}
                commands: {signing-key-file: %s, signing-public-key-file: %s}
                secrets: {key-file: %s}
                guests: {network: %s}
                quota: {vcpus: 10000, memory-mb: 10000000, disk-gb: 10000}
                capsules: {disk-gb: 1, least-memory-mb: 192, stop-grace: 1s}
                operations: {claim: 1s, recheck: 2s}
                hosts: {lease: 10s}
                placement: {vcpu-ratio: 100, memory-ratio: 4, disk-ratio: 100}
                authority: {directory: %s}
                results: {directory: %s, sweep: 1s}
                images: {port: 0}
                fault-injection: {halt-file: %s}
                """.formatted(
                        httpPort,
                        keys.tokens(),
                        databasePort,
                        database,
                        user,
                        cluster(),
                        routerBus,
                        routerDoor,
                        keys.commands(),
                        keys.commandsPublic(),
                        keys.routerSecret(),
                        lane.guests(),
                        files.authority(),
                        files.results(),
                        files.halts()));
    }

    void writeAgent(String libvirtUri) throws IOException {
        Files.writeString(files.agentConfig(), """
                development: true
                host: {name: %s, address: 127.0.0.1}
                bus: {host: 127.0.0.1, rejoin-after: 1s}
                identity: {directory: %s}
                heartbeat: {interval: 250ms}
                libvirt: {uri: "%s", acceleration: auto}
                network: {name: %s, bridge: %s, address: 127.0.0.1, policies: %s}
                storage: {directory: %s, reserve-gb: 0}
                memory: {reserve-mb: 256}
                ports: {ssh-first: %d, vnc-first: %d, count: %d}
                vnc: {listen: 127.0.0.1}
                images: {port: 0}
                secrets: {key-file: %s}
                fault-injection: {halt-file: %s}
                """.formatted(
                        HOST,
                        files.identity(),
                        libvirtUri,
                        lane.network(),
                        lane.bridge(),
                        Checkout.find().policies(),
                        files.storage(),
                        lane.sshFirst(),
                        lane.vncFirst(),
                        Lane.PORTS,
                        keys.agentSecret(),
                        files.halts()));
    }

    /** Fleets side by side never join each other. */
    private String cluster() {
        return lane.network();
    }
}

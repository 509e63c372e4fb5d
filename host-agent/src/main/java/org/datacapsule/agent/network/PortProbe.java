package org.datacapsule.agent.network;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/** Finds out whether a port is free, by taking it for a moment. */
final class PortProbe {
    private PortProbe() {}

    static void requireFree(String address, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, port), 1);
        } catch (IOException e) {
            throw new ProblemException(
                    ErrorCode.HOST_PORT_TAKEN,
                    "another program on the host listens on port " + port
                            + "; stop it, or take the port out of the range");
        }
    }
}

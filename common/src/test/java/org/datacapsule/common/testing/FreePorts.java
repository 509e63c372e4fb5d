package org.datacapsule.common.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * Ports of 127.0.0.1 that nobody listens on just now. None is one the kernel gives to outgoing connections, which begin at
 * 32768: such a port may be gone when it is bound after a while, or again.
 */
public final class FreePorts {
    private static final int FIRST_EPHEMERAL = 32_768;
    /** Above what fleets, the quickstart and the hosts of tests use. */
    private static final int FIRST = 29_000;

    /** Processes side by side begin at different places. */
    private static int next = ThreadLocalRandom.current().nextInt(FIRST, FIRST_EPHEMERAL);

    private FreePorts() {}

    /** One that this process was not given lately, for it may not be bound yet. */
    public static synchronized int one() {
        int port = IntStream.concat(IntStream.range(next, FIRST_EPHEMERAL), IntStream.range(FIRST, next))
                .filter(FreePorts::isFree)
                .findFirst()
                .orElseThrow(() ->
                        new IllegalStateException("no port is free from " + FIRST + " to " + (FIRST_EPHEMERAL - 1)));
        next = port + 1;
        return port;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (BindException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

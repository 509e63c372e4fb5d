package org.datacapsule.common.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;

/** Stands in front of a server, and cuts each connection after as many bytes as the test says; the last number goes for the rest. */
public final class CuttingProxy implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final Deque<Long> allowed;

    /** @param target port of the door, on this machine */
    public CuttingProxy(int target, List<Long> allowed) throws IOException {
        this.target = target;
        this.allowed = new ConcurrentLinkedDeque<>(allowed);
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                long bytes = allowed.size() > 1 ? allowed.pop() : allowed.getFirst();
                Thread.ofVirtual().start(() -> carry(client, bytes));
            }
        } catch (IOException e) {
            // It was closed.
        }
    }

    private void carry(Socket client, long bytes) {
        try (client;
                Socket door = new Socket(InetAddress.getLoopbackAddress(), target)) {
            Thread.ofVirtual().start(() -> pump(client, door, Long.MAX_VALUE));
            pump(door, client, bytes);
        } catch (IOException e) {
            // The door is shut.
        }
    }

    private static void pump(Socket from, Socket to, long most) {
        byte[] buffer = new byte[1 << 14];
        long left = most;
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            while (left > 0) {
                int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (count < 0) {
                    return;
                }
                out.write(buffer, 0, count);
                left -= count;
            }
        } catch (IOException e) {
            // One side is gone.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}

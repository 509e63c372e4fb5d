package org.datacapsule.common.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Stands in front of a server as a network does that loses everything while the test says so: nobody is told, connections stay, and
 * what was sent meanwhile never arrives.
 */
public final class StallingProxy implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final Queue<Socket> opened = new ConcurrentLinkedQueue<>();
    private volatile boolean isStalled;

    /** @param target port of the server, on this machine */
    public StallingProxy(int target) throws IOException {
        this.target = target;
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Nothing gets through from now on. */
    public void stall() {
        isStalled = true;
    }

    /** New connections get through from now on; the old ones have lost too much, and end. */
    public void heal() throws IOException {
        isStalled = false;
        endAll();
    }

    private void endAll() throws IOException {
        for (Socket socket = opened.poll(); socket != null; socket = opened.poll()) {
            socket.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                opened.add(client);
                Thread.ofVirtual().start(() -> carry(client));
            }
        } catch (IOException e) {
            // It was closed.
        }
    }

    private void carry(Socket client) {
        try (Socket behind = new Socket(InetAddress.getLoopbackAddress(), target)) {
            opened.add(behind);
            Thread.ofVirtual().start(() -> pump(client, behind));
            pump(behind, client);
        } catch (IOException e) {
            // Nobody is there.
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[1 << 14];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (!isStalled) {
                    out.write(buffer, 0, count);
                }
            }
            if (!isStalled) {
                to.close();
            }
        } catch (IOException e) {
            // One side is gone.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        endAll();
    }
}

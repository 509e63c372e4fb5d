package org.datacapsule.router.testing;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between a router and Postgres, and counts the statements that are run: simple queries and executions. */
public final class CountingProxy implements AutoCloseable {
    private static final int SSL_REQUEST = 80_877_103;
    private static final int GSS_REQUEST = 80_877_104;

    private final ServerSocket server;
    private final int postgresPort;
    private final AtomicInteger statements = new AtomicInteger();

    public CountingProxy(int postgresPort) {
        this.postgresPort = postgresPort;
        try {
            this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    public int statements() {
        return statements.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Socket postgres = new Socket(InetAddress.getLoopbackAddress(), postgresPort);
                Thread.ofVirtual().start(() -> quietly(client, postgres, () -> count(client, postgres)));
                Thread.ofVirtual()
                        .start(() -> quietly(
                                client,
                                postgres,
                                () -> postgres.getInputStream().transferTo(client.getOutputStream())));
            }
        } catch (IOException e) {
            // Closed, and so is the test.
        }
    }

    /** A connection begins with messages of a length only, until one that asks for no encryption; later ones have a type. */
    private void count(Socket client, Socket postgres) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(postgres.getOutputStream()));
        boolean asksForEncryption = true;
        while (asksForEncryption) {
            byte[] body = forward(in, out);
            int code = ByteBuffer.wrap(body).getInt();
            asksForEncryption = code == SSL_REQUEST || code == GSS_REQUEST;
        }
        while (true) {
            int type = in.readByte();
            if (type == 'E' || type == 'Q') {
                statements.incrementAndGet();
            }
            out.writeByte(type);
            byte[] unused = forward(in, out);
        }
    }

    private static byte[] forward(DataInputStream in, DataOutputStream out) throws IOException {
        int length = in.readInt();
        byte[] body = in.readNBytes(length - Integer.BYTES);
        out.writeInt(length);
        out.write(body);
        out.flush();
        return body;
    }

    @FunctionalInterface
    private interface Copying {
        void run() throws IOException;
    }

    private static void quietly(Socket client, Socket postgres, Copying copying) {
        try (client;
                postgres) {
            copying.run();
        } catch (EOFException | SocketException e) {
            // One side has closed.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}

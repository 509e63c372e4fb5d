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
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Stands between a router and Postgres, and counts the prepared statements that are executed, by their text (PostgreSQL,
 * "Message Formats": Parse, Bind, Execute). A router has loops of its own, so a count is of statements about something.
 */
public final class CountingProxy implements AutoCloseable {
    private static final int SSL_REQUEST = 80_877_103;
    private static final int GSS_REQUEST = 80_877_104;

    private final ServerSocket server;
    private final int postgresPort;
    private final Queue<String> executed = new ConcurrentLinkedQueue<>();

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

    /** How many statements with this in their text have been executed. */
    public long statementsWith(String text) {
        return executed.stream().filter(sql -> sql.contains(text)).count();
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
        Map<String, String> prepared = new HashMap<>();
        Map<String, String> portals = new HashMap<>();
        while (true) {
            int type = in.readByte();
            out.writeByte(type);
            List<String> words = words(forward(in, out));
            switch (type) {
                case 'P' -> prepared.put(words.get(0), words.get(1));
                case 'B' -> portals.put(words.get(0), prepared.getOrDefault(words.get(1), ""));
                case 'E' -> executed.add(portals.getOrDefault(words.get(0), ""));
                default -> {
                    // Nothing is prepared, bound or executed by the others.
                }
            }
        }
    }

    /** The zero-terminated strings a message begins with; what follows them is of no interest here. */
    private static List<String> words(byte[] body) {
        return List.of(new String(body, StandardCharsets.UTF_8).split("\0", 3));
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

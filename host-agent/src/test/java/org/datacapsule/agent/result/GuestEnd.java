package org.datacapsule.agent.result;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.id.ResultId;

/** QEMU's end of a release channel: a socket that a host connects to, and what a guest says and hears on it. */
final class GuestEnd implements AutoCloseable {
    private final Path path;
    private final ServerSocketChannel listening;
    private Optional<SocketChannel> host = Optional.empty();

    GuestEnd(Path path) throws IOException {
        this.path = path;
        this.listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.bind(UnixDomainSocketAddress.of(path));
    }

    /** Hands in as {@code releaseresults} does, from the beginning again where the host wants it so; the answer's id. */
    ResultId release(byte[] archive) throws IOException {
        String id = newId();
        Optional<String> answer = send(id, archive);
        while (true) {
            if (answer.isEmpty()) {
                // The host went away: ask what became of it.
                answer = ask(end(id, archive), id);
            } else if (answer.get().startsWith("no " + id + " start again")) {
                id = newId();
                answer = send(id, archive);
            } else if (answer.get().startsWith("ok " + id)) {
                return ResultId.parse(answer.get().split(" ", -1)[2]);
            } else {
                throw new IOException(answer.get());
            }
        }
    }

    /** Writes a whole transfer and reads its answer; empty when the host went away. */
    Optional<String> send(String id, byte[] archive) {
        try {
            write("\nb " + id + "\n");
            for (int from = 0; from < archive.length; from += ReleaseLine.DATA) {
                write(data(Arrays.copyOfRange(archive, from, Math.min(archive.length, from + ReleaseLine.DATA))));
            }
            return ask(end(id, archive), id);
        } catch (IOException e) {
            hangUp();
            return Optional.empty();
        }
    }

    /** Writes a line and reads until an answer about {@code id} comes; empty when the host went away. */
    Optional<String> ask(String line, String id) {
        try {
            write(line);
            for (Optional<String> answer = read(); answer.isPresent(); answer = read()) {
                if (answer.get().contains(id)) {
                    return answer;
                }
            }
        } catch (IOException e) {
            // as at the end of the file
        }
        hangUp();
        return Optional.empty();
    }

    void write(String text) throws IOException {
        write(text.getBytes(StandardCharsets.US_ASCII));
    }

    void write(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            host().write(buffer);
        }
    }

    /** The next line of the host's; empty when it went away. */
    Optional<String> read() throws IOException {
        StringBuilder line = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (host().read(one.clear()) > 0) {
            char letter = (char) one.get(0);
            if (letter == '\n') {
                return Optional.of(line.toString());
            }
            line.append(letter);
        }
        return Optional.empty();
    }

    /** Ends the connection from this side. */
    void hangUp() {
        try {
            if (host.isPresent()) {
                host.get().close();
            }
        } catch (ClosedChannelException e) {
            // that is what is wanted
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        host = Optional.empty();
    }

    @Override
    public void close() throws IOException {
        hangUp();
        listening.close();
        Files.deleteIfExists(path);
    }

    static String newId() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    static String data(byte[] bytes) {
        return "d " + Base64.getEncoder().encodeToString(bytes) + "\n";
    }

    static String end(String id, byte[] archive) {
        return "e " + id + " " + sha256(archive) + "\n";
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private SocketChannel host() throws IOException {
        if (host.isEmpty()) {
            host = Optional.of(listening.accept());
        }
        return host.get();
    }
}

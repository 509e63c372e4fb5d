package org.datacapsule.agent.local;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.datacapsule.common.wire.WireJson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a running agent takes what scripts of this host's operator ask for: a socket only its owner, root, can open. A
 * connection asks one question in one line, and gets one line of answer.
 */
public final class LocalSocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalSocket.class);

    private final Path path;
    private final ServerSocketChannel server;
    private final Answering answering;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    /** Answers one request; may take its time. */
    @FunctionalInterface
    public interface Answering {
        LocalAnswer answer(LocalRequest request) throws InterruptedException;
    }

    private LocalSocket(Path path, ServerSocketChannel server, Answering answering) {
        this.path = path;
        this.server = server;
        this.answering = answering;
    }

    /** Takes the place of what an agent that died has left at {@code path}. Only one who holds the journal may do so. */
    public static LocalSocket listen(Path path, Answering answering) throws IOException {
        Path hidden = Files.createTempDirectory(
                path.toAbsolutePath().getParent(),
                ".sock",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            // It has its mode before anybody can see it.
            Path made = hidden.resolve("s");
            server.bind(UnixDomainSocketAddress.of(made));
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
            Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            server.close();
            Files.deleteIfExists(hidden.resolve("s"));
            throw e;
        } finally {
            Files.deleteIfExists(hidden);
        }
        LocalSocket socket = new LocalSocket(path, server, answering);
        Thread.ofVirtual().name("scripts").start(socket::acceptUntilClosed);
        return socket;
    }

    /** Takes nothing more; those who wait for an answer are left to ask again. */
    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(path);
        for (SocketChannel channel : open) {
            channel.close();
        }
    }

    private void acceptUntilClosed() {
        while (server.isOpen()) {
            try {
                SocketChannel channel = server.accept();
                open.add(channel);
                Thread.ofVirtual().name("script-", 0).start(() -> serve(channel));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.atError().setCause(e).log("scripts are not heard any more");
                return;
            }
        }
    }

    private void serve(SocketChannel channel) {
        try (channel) {
            Lines.write(channel, WireJson.text(answer(channel)));
        } catch (IOException e) {
            LOG.atInfo().log("a script went away before it was answered: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(channel);
        }
    }

    private LocalAnswer answer(SocketChannel channel) throws IOException, InterruptedException {
        try {
            String question = Lines.read(channel).orElse("");
            LocalRequest request = WireJson.readStrictly(question, LocalRequest.class);
            return answering.answer(request);
        } catch (Lines.TooLongException e) {
            return new LocalAnswer.Refused(Refusal.BAD_USAGE, "The request is too long.");
        } catch (IllegalArgumentException e) {
            // Its message would quote what was sent, a password perhaps.
            return new LocalAnswer.Refused(Refusal.BAD_USAGE, "That is no request this agent knows.");
        }
    }
}

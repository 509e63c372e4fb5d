package org.datacapsule.agent.local;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.datacapsule.common.wire.WireJson;

/** A script's end of the agent's socket. */
public final class LocalClient {
    private static final LocalAnswer WENT_AWAY = new LocalAnswer.Refused(
            Refusal.UNKNOWN,
            "The agent went away before it answered. What it had begun goes on at its next start; ask for the status.");

    private LocalClient() {}

    /**
     * Asks and waits for the answer.
     *
     * @return empty when no agent listens there, so that nothing was asked
     */
    public static Optional<LocalAnswer> ask(Path socket, LocalRequest request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            if (!isConnected(channel, socket)) {
                return Optional.empty();
            }
            return Optional.of(answer(channel, request));
        }
    }

    private static boolean isConnected(SocketChannel channel, Path socket) throws IOException {
        try {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (ConnectException e) {
            // An agent that died has left it.
            return false;
        } catch (IOException e) {
            if (Files.exists(socket)) {
                throw e;
            }
            return false;
        }
    }

    private static LocalAnswer answer(SocketChannel channel, LocalRequest request) {
        try {
            Lines.write(channel, WireJson.text(request));
            return Lines.read(channel)
                    .map(line -> WireJson.read(line, LocalAnswer.class))
                    .orElse(WENT_AWAY);
        } catch (IOException e) {
            return WENT_AWAY;
        }
    }
}

package org.datacapsule.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.datacapsule.devkit.fleet.Patience;

/** The first thing an SSH server says. */
final class SshBanner {
    private static final Duration BOOT = Duration.ofMinutes(2);
    private static final int ONE_TRY_MILLIS = 300;
    private static final String BEGINNING = "SSH-";

    private SshBanner() {}

    static void await(String address, int port) throws IOException, InterruptedException {
        Patience.await("SSH at " + address + ":" + port, BOOT, () -> look(address, port));
    }

    @SuppressWarnings("AddressSelection") // An address, not a name.
    private static Optional<String> look(String address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), ONE_TRY_MILLIS);
            socket.setSoTimeout(ONE_TRY_MILLIS);
            byte[] said = socket.getInputStream().readNBytes(BEGINNING.length());
            return Optional.of(new String(said, StandardCharsets.US_ASCII)).filter(BEGINNING::equals);
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}

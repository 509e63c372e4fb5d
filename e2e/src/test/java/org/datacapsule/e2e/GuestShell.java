package org.datacapsule.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Optional;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.datacapsule.devkit.fleet.Patience;

/** SSH into a guest, through its host's port. */
final class GuestShell implements AutoCloseable {
    private static final String HERE = "127.0.0.1";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration BOOT = Duration.ofMinutes(2);

    private final SshClient client;
    private final ClientSession session;

    private GuestShell(SshClient client, ClientSession session) {
        this.client = client;
        this.session = session;
    }

    static GuestShell withPassword(int port, String user, String password) throws IOException {
        return withPassword(HERE, port, user, password);
    }

    static GuestShell withPassword(String address, int port, String user, String password) throws IOException {
        return open(address, port, user, "password", session -> session.addPasswordIdentity(password));
    }

    static GuestShell withKey(int port, String user, KeyPair key) throws IOException {
        return open(HERE, port, user, "publickey", session -> session.addPublicKeyIdentity(key));
    }

    /** Waits until the guest has booted far enough to let us in. */
    static GuestShell awaitWithPassword(int port, String user, String password)
            throws IOException, InterruptedException {
        return awaitWithPassword(HERE, port, user, password);
    }

    /** The same at a host with an address of its own. */
    static GuestShell awaitWithPassword(String address, int port, String user, String password)
            throws IOException, InterruptedException {
        return Patience.await("login by SSH at " + address + " port " + port, BOOT, () -> {
            try {
                return Optional.of(withPassword(address, port, user, password));
            } catch (IOException e) {
                return Optional.empty();
            }
        });
    }

    private interface Identity {
        void add(ClientSession session);
    }

    private static GuestShell open(String address, int port, String user, String method, Identity identity)
            throws IOException {
        SshClient client = SshClient.setUpDefaultClient();
        client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
        client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
        client.setUserAuthFactoriesNames(method);
        client.start();
        try {
            ClientSession session =
                    client.connect(user, address, port).verify(PATIENCE).getSession();
            identity.add(session);
            session.auth().verify(PATIENCE);
            return new GuestShell(client, session);
        } catch (IOException | RuntimeException e) {
            client.stop();
            throw e;
        }
    }

    /** What the command prints; fails when the command does. */
    String run(String command) throws IOException {
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        try {
            return session.executeRemoteCommand(command, errors, StandardCharsets.UTF_8)
                    .strip();
        } catch (IOException e) {
            throw new IOException(command + ": " + errors.toString(StandardCharsets.UTF_8), e);
        }
    }

    @Override
    public void close() {
        client.stop();
    }
}

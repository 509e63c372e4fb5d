package org.datacapsule.e2e;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/** The beginning of a VNC session (RFC 6143), up to the server's word on the password. */
final class Screen implements AutoCloseable {
    /** The security type that asks for a password. */
    static final int VNC_AUTHENTICATION = 2;

    private static final int PATIENCE_MILLIS = 10_000;
    private static final int VERSION_BYTES = 12;
    private static final int CHALLENGE_BYTES = 16;
    private static final int KEY_BYTES = 8;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final String version;
    private final List<Integer> securityTypes;

    private Screen(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
        this.version = new String(in.readNBytes(VERSION_BYTES), StandardCharsets.US_ASCII);
        out.write(version.getBytes(StandardCharsets.US_ASCII));
        this.securityTypes = readSecurityTypes();
    }

    static Screen connect(int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            return new Screen(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    String version() {
        return version.strip();
    }

    List<Integer> securityTypes() {
        return securityTypes;
    }

    /** Whether the server takes the password. */
    boolean accepts(String password) throws IOException, GeneralSecurityException {
        out.write(VNC_AUTHENTICATION);
        byte[] challenge = in.readNBytes(CHALLENGE_BYTES);
        out.write(encrypt(challenge, password));
        return in.readInt() == 0;
    }

    private List<Integer> readSecurityTypes() throws IOException {
        int count = in.readUnsignedByte();
        List<Integer> types = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            types.add(in.readUnsignedByte());
        }
        return List.copyOf(types);
    }

    /** DES is what the protocol has; the bits of each byte of its key stand in reverse order. */
    @SuppressWarnings("InsecureCryptoUsage")
    private static byte[] encrypt(byte[] challenge, String password) throws GeneralSecurityException {
        byte[] given = password.getBytes(StandardCharsets.UTF_8);
        byte[] key = new byte[KEY_BYTES];
        for (int index = 0; index < Math.min(KEY_BYTES, given.length); index++) {
            key[index] = (byte) (Integer.reverse(given[index] & 0xff) >>> 24);
        }
        Cipher des = Cipher.getInstance("DES/ECB/NoPadding");
        des.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "DES"));
        return des.doFinal(challenge);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

package org.datacapsule.common.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.certificate.RevocationList;
import org.datacapsule.common.testing.TestAuthority;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Members on connections that they keep. */
class ImageDoorTest {
    private static final int PATIENCE_MILLIS = 20_000;

    private final TestAuthority authority = new TestAuthority();
    private final Identity gone = authority.identity("gone");
    private final SSLContext asGone = DoorClient.context(gone);
    private final SSLContext asMember = DoorClient.context(authority.identity("member"));
    private final List<SSLSocket> sockets = new ArrayList<>();
    private ImageDoor door;

    @BeforeEach
    void open() throws IOException {
        door = ImageDoor.open("127.0.0.1", 0, 8, authority.identity("h1"), image -> Optional.empty());
    }

    @AfterEach
    void close() throws IOException {
        for (SSLSocket socket : sockets) {
            socket.close();
        }
        door.close();
    }

    @Test
    void whoseCertificateIsRevokedIsPutOutAndNotLetInAgainAndNobodyElseIs() throws Exception {
        SSLSocket open = connect(asGone);
        SSLSocket member = connect(asMember);
        assertThat(asks(open)).as("a member as any").startsWith("HTTP/1.1 404");
        assertThat(asks(member)).startsWith("HTTP/1.1 404");

        door.refuse(list(gone));

        assertThat(open.getInputStream().read()).as("the end").isNegative();
        assertThat(asks(connect(asGone))).as("by the session it had").isEmpty();
        assertThat(asks(connect(DoorClient.context(gone)))).isEmpty();
        assertThat(asks(member)).as("on its connection").startsWith("HTTP/1.1 404");
        assertThat(asks(connect(asMember))).startsWith("HTTP/1.1 404");
    }

    @Test
    void whoIsOnNoListAnyMoreIsLetInAgain() throws Exception {
        door.refuse(list(gone));
        assertThat(asks(connect(asGone))).isEmpty();

        door.refuse(authority.authority().revoke(3, List.of(), Instant.now()));

        assertThat(asks(connect(asGone))).startsWith("HTTP/1.1 404");
    }

    private RevocationList list(Identity revoked) {
        return authority
                .authority()
                .revoke(
                        2,
                        List.of(new RevocationList.Revoked(revoked.certificate().getSerialNumber(), Instant.now())),
                        Instant.now());
    }

    private SSLSocket connect(SSLContext as) throws IOException {
        SSLSocket socket =
                (SSLSocket) as.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), door.port());
        sockets.add(socket);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** The first line of the answer to a question after an image that is not there; empty where there is no answer. */
    private static String asks(SSLSocket socket) {
        try {
            socket.getOutputStream()
                    .write(("GET /images/" + "0".repeat(64) + " HTTP/1.1\r\nHost: h1\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String first = reader.readLine();
            for (String line = first; line != null && !line.isEmpty(); ) {
                line = reader.readLine();
            }
            return first == null ? "" : first;
        } catch (SocketTimeoutException e) {
            throw new AssertionError("neither an answer nor an end", e);
        } catch (IOException e) {
            return "";
        }
    }
}

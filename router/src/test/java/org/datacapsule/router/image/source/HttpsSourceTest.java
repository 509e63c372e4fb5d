package org.datacapsule.router.image.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetching over TLS, from a server that really speaks it. */
class HttpsSourceTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    private Path directory;

    private final Vertx vertx = Vertx.vertx();
    private HttpsServer server;

    @BeforeEach
    void makeServer() throws IOException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.createContext("/disk", exchange -> {
            byte[] disk = "a disk".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, disk.length);
            exchange.getResponseBody().write(disk);
            exchange.close();
        });
    }

    @AfterEach
    void stop() {
        server.stop(0);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void aFileComesFromASourceWhoseCertificateIsTrustedAndForItsAddress() throws Exception {
        Path authority = serveAs("127.0.0.1");

        try (ImageSource source = source(Optional.of(authority));
                Fetched fetched = source.open(disk(), 0, Optional.empty());
                InputStream content = fetched.content()) {
            assertThat(fetched.total()).hasValue(6);
            assertThat(content.readAllBytes()).asString().isEqualTo("a disk");
        }
    }

    @Test
    void nothingComesWhereTheAuthorityIsUnknown() throws Exception {
        Path unused = serveAs("127.0.0.1");

        assertRefused(Optional.empty());
    }

    @Test
    void nothingComesWhereTheCertificateIsForAnother() throws Exception {
        Path authority = serveAs("127.0.0.2");

        assertRefused(Optional.of(authority));
    }

    private void assertRefused(Optional<Path> authorities) {
        try (ImageSource source = source(authorities)) {
            SourceException refusal = catchThrowableOfType(
                    SourceException.class,
                    () -> source.open(disk(), 0, Optional.empty()).close());

            assertThat(refusal.problem().detail()).contains("shows no certificate that is trusted");
            assertThat(refusal.isPassing()).isFalse();
        }
    }

    private ImageSource source(Optional<Path> authorities) {
        return ImageSource.create(vertx, AddressGuard.of(Origin.parseAll(origin())), authorities);
    }

    private String origin() {
        return "https://127.0.0.1:" + server.getAddress().getPort();
    }

    private URI disk() {
        return URI.create(origin() + "/disk");
    }

    /** Starts it with a certificate of its own for that address; answers the certificate. */
    private Path serveAs(String address) throws Exception {
        Path keys = directory.resolve("keys.p12");
        keytool(
                "-genkeypair",
                "-alias",
                "source",
                "-keyalg",
                "EC",
                "-dname",
                "CN=source",
                "-ext",
                "san=ip:" + address,
                "-keystore",
                keys.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD));
        Path certificate = directory.resolve("source.pem");
        keytool(
                "-exportcert",
                "-rfc",
                "-alias",
                "source",
                "-file",
                certificate.toString(),
                "-keystore",
                keys.toString(),
                "-storepass",
                new String(PASSWORD));
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD);
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(store, PASSWORD);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(own.getKeyManagers(), null, null);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.start();
        return certificate;
    }

    private static void keytool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        assertThat(new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor())
                .isZero();
    }
}

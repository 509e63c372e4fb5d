package org.datacapsule.router.testing;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.datacapsule.common.testing.FreePorts;

/** S3Proxy, an S3-compatible server that checks signatures and keeps objects as files, as a process of its own. */
public final class S3Server implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String BUCKET = "results";

    private final Process process;
    private final Path folder;
    private final int port;

    private S3Server(Process process, Path folder, int port) {
        this.process = process;
        this.folder = folder;
        this.port = port;
    }

    public static S3Server start(Path folder) throws Exception {
        int port = FreePorts.one();
        Files.createDirectories(folder.resolve("objects").resolve(BUCKET));
        Path properties = folder.resolve("s3proxy.properties");
        Files.writeString(properties, """
                s3proxy.endpoint=http://127.0.0.1:%d
                s3proxy.authorization=aws-v2-or-v4
                s3proxy.identity=the-access-key
                s3proxy.credential=the-secret-key
                jclouds.provider=filesystem-nio2
                jclouds.identity=unused
                jclouds.credential=unused
                jclouds.filesystem.basedir=%s
                """.formatted(port, folder.resolve("objects")));
        Files.writeString(folder.resolve("access"), "the-access-key\n");
        Files.writeString(folder.resolve("secret"), "the-secret-key\n");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-jar",
                        Path.of("target", "s3-server", "s3proxy.jar").toString(),
                        "--properties",
                        properties.toString())
                .redirectErrorStream(true)
                .redirectOutput(new File(folder.toFile(), "s3proxy.log"))
                .start();
        S3Server server = new S3Server(process, folder, port);
        Awaitility.await().atMost(PATIENCE).until(server::listens);
        return server;
    }

    private boolean listens() throws IOException {
        if (!process.isAlive()) {
            throw new IOException("it ended: " + Files.readString(folder.resolve("s3proxy.log")));
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** A router's settings for keeping results there. */
    public Map<String, String> settings() {
        return settings("results", "archives/");
    }

    /** The same for whatever is kept in buckets. */
    public Map<String, String> settings(String subject, String prefix) {
        String s3 = subject + ".s3.";
        return Map.of(
                subject + ".store",
                "s3",
                s3 + "endpoint",
                "http://127.0.0.1:" + port,
                s3 + "bucket",
                BUCKET,
                s3 + "prefix",
                prefix,
                s3 + "access-key-file",
                folder.resolve("access").toString(),
                s3 + "secret-key-file",
                folder.resolve("secret").toString());
    }

    /** Where the server keeps an object. */
    public Path object(String key) {
        return folder.resolve("objects").resolve(BUCKET).resolve(key);
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit()
                .orTimeout(10, TimeUnit.SECONDS)
                .exceptionally(late -> process.destroyForcibly())
                .join();
    }
}

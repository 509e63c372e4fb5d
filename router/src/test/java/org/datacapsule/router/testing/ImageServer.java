package org.datacapsule.router.testing;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A web server that has a small disk, and texts beside it. */
public final class ImageServer implements AutoCloseable {
    private static final String DISK = "/share/images/tinylinux.qcow2";

    private final HttpServer server;
    private final byte[] disk;
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();

    private ImageServer(HttpServer server, byte[] disk) {
        this.server = server;
        this.disk = disk;
    }

    /** @param directory where the disk is made */
    public static ImageServer start(Path directory) throws Exception {
        Path file = directory.resolve("tinylinux.qcow2");
        Process made = new ProcessBuilder("qemu-img", "create", "-q", "-f", "qcow2", file.toString(), "4M").start();
        if (made.waitFor() != 0) {
            throw new IllegalStateException("qemu-img made no disk");
        }
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        ImageServer images = new ImageServer(server, Files.readAllBytes(file));
        images.files.put(DISK, images.disk);
        server.createContext("/", exchange -> {
            byte[] found = images.files.get(exchange.getRequestURI().getPath());
            if (found == null) {
                exchange.sendResponseHeaders(404, -1);
            } else {
                exchange.sendResponseHeaders(200, found.length);
                exchange.getResponseBody().write(found);
            }
            exchange.close();
        });
        server.start();
        return images;
    }

    public void serve(String path, String text) {
        files.put(path, text.getBytes(StandardCharsets.UTF_8));
    }

    public String origin() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public String diskUrl() {
        return origin() + DISK;
    }

    public byte[] disk() {
        return disk.clone();
    }

    public String sha256() throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(disk));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

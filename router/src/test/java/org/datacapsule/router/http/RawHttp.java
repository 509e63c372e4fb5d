package org.datacapsule.router.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The smallest HTTP client there can be: writes bytes to loopback, reads the answer to its end. */
public final class RawHttp {
    private static final int PATIENCE_MILLIS = 20_000;

    private RawHttp() {}

    /** @param headers by their names in lower case */
    public record Answer(int status, Map<String, String> headers, String body) {
        public JsonObject json() {
            return new JsonObject(body);
        }

        public Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
        }
    }

    public static Answer send(int port, RawRequest request) throws IOException {
        Buffer bytes = Buffer.buffer(request.method() + " " + request.target() + " HTTP/1.1\r\n")
                .appendString("Host: localhost\r\nConnection: close\r\n");
        request.headers().forEach(header -> bytes.appendString(header + "\r\n", "ISO-8859-1"));
        boolean framed = request.headers().stream().anyMatch(line -> line.startsWith("Transfer-Encoding"));
        if (request.body().length() > 0 && !framed) {
            bytes.appendString("Content-Length: " + request.body().length() + "\r\n");
        }
        return sendBytes(
                port, bytes.appendString("\r\n").appendBuffer(request.body()).getBytes());
    }

    public static Answer sendBytes(int port, byte[] request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(request);
            socket.getOutputStream().flush();
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            socket.getInputStream().transferTo(answer);
            return parse(answer.toString(StandardCharsets.UTF_8));
        }
    }

    private static Answer parse(String text) {
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new IllegalStateException("no HTTP answer: \"" + text + "\"");
        }
        List<String> lines = Arrays.asList(text.substring(0, end).split("\r\n", -1));
        Map<String, String> headers = new HashMap<>();
        lines.stream().skip(1).forEach(line -> {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        });
        return new Answer(Integer.parseInt(lines.getFirst().split(" ", 3)[1]), headers, text.substring(end + 4));
    }
}

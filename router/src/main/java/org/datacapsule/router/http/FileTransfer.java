package org.datacapsule.router.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends a file no faster than its client takes it; blocks its virtual thread until the last byte is gone. */
final class FileTransfer {
    private static final Logger LOG = LoggerFactory.getLogger(FileTransfer.class);
    private static final int PIECE = 64 * 1024;
    private static final int WHOLE = 200;
    private static final int PART = 206;

    private final Exchange exchange;
    private final FileReply file;

    FileTransfer(Exchange exchange, FileReply file) {
        this.exchange = exchange;
        this.file = file;
    }

    /** @throws org.datacapsule.common.error.ProblemException before anything is sent, when the part asked for is not there */
    void run() throws InterruptedException, IOException {
        String tag = "\"" + file.tag() + "\"";
        Optional<ByteRange> asked = ByteRange.of(header("Range"), header("If-Range"), file.size(), tag);
        ByteRange range = asked.orElse(new ByteRange(0, file.size()));
        Map<String, String> headers = headers(tag, range, asked.isPresent());
        int status = asked.isPresent() ? PART : WHOLE;
        if (exchange.request().method().equals(HttpMethod.HEAD)) {
            exchange.begin(status, file.contentType(), headers);
            exchange.end();
            return;
        }
        Optional<Path> onDisk = file.content().file();
        if (onDisk.isPresent() && range.length() > 0) {
            exchange.begin(status, file.contentType(), headers);
            send(onDisk.get(), range);
            return;
        }
        try (InputStream content = file.content().from(range.offset())) {
            exchange.begin(status, file.contentType(), headers);
            send(content, range.length());
        }
    }

    private void send(Path onDisk, ByteRange range) throws InterruptedException {
        try {
            exchange.sendFile(onDisk, range.offset(), range.length());
        } catch (ExecutionException e) {
            brokenOff(e);
        }
    }

    private void send(InputStream content, long length) throws InterruptedException {
        try {
            long left = length;
            while (left > 0) {
                byte[] piece = content.readNBytes((int) Math.min(PIECE, left));
                if (piece.length == 0) {
                    throw new IOException("the content ends " + left + " bytes early");
                }
                exchange.write(Buffer.buffer(piece));
                left -= piece.length;
            }
            exchange.end();
        } catch (IOException | ExecutionException | RuntimeException e) {
            brokenOff(e);
        }
    }

    /** The length is promised already: only a broken connection tells the client that this is not all. */
    private void brokenOff(Exception e) {
        LOG.atInfo()
                .addKeyValue("requestId", exchange.requestId())
                .addKeyValue("cause", e.toString())
                .log("a file was not sent to its end");
        exchange.breakOff();
    }

    private Map<String, String> headers(String tag, ByteRange range, boolean part) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Length", Long.toString(range.length()));
        headers.put("Content-Disposition", disposition(file.name()));
        headers.put("Accept-Ranges", "bytes");
        headers.put("ETag", tag);
        headers.put("Content-Security-Policy", "sandbox; default-src 'none'");
        if (part) {
            headers.put(
                    "Content-Range",
                    "bytes " + range.offset() + "-" + (range.offset() + range.length() - 1) + "/" + file.size());
        }
        return headers;
    }

    /** RFC 6266: plain for old clients, exact for the others. */
    private static String disposition(String name) {
        String plain = name.replaceAll("[^A-Za-z0-9._ -]", "_");
        String exact = URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A");
        return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + exact;
    }

    private Optional<String> header(String name) {
        return Optional.ofNullable(exchange.request().getHeader(name));
    }
}

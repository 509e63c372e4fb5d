package org.datacapsule.common.transfer;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.certificate.RevocationList;
import org.datacapsule.common.id.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves images to the members of the fleet: {@code GET /images/<sha256>}, whole or from a byte on. Who asks shows a certificate
 * of the members' authority that is not revoked. Files are streamed by the kernel or in small pieces, whatever their size.
 */
public final class ImageDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ImageDoor.class);

    static final String PATH = "/images/";
    /** Who takes nothing for so long makes room for others. */
    private static final Duration IDLE = Duration.ofSeconds(30);

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int BUSY = 503;

    private final Vertx vertx;
    private final HttpServer server;
    private final Offers offers;
    private final Semaphore slots;
    private final Set<HttpConnection> callers = ConcurrentHashMap.newKeySet();
    private volatile Predicate<X509Certificate> isRevoked = certificate -> false;

    private ImageDoor(Vertx vertx, Identity identity, Offers offers, int atOnce) {
        this.vertx = vertx;
        this.offers = offers;
        this.slots = new Semaphore(atOnce);
        this.server = vertx.createHttpServer(options(identity))
                .connectionHandler(this::called)
                .requestHandler(this::answer);
    }

    /** What there is of an image; empty where there is nothing. May block. */
    @FunctionalInterface
    public interface Offers {
        Optional<ImageOffer> of(Sha256 image) throws IOException;
    }

    /**
     * Opens a door behind which there are files.
     *
     * @param port 0 for any that is free
     * @param atOnce how many transfers there are at a time; who comes meanwhile is told to come again
     * @param files the file of an image, which has been verified and does not change; empty where there is none. May block
     * @throws IOException when the address or port is not to be had
     */
    public static ImageDoor open(
            String address, int port, int atOnce, Identity identity, Function<Sha256, Optional<Path>> files)
            throws IOException {
        return openStore(
                address, port, atOnce, identity, image -> files.apply(image).map(ImageOffer.OfFile::new));
    }

    /** The same for what is no file, or not always. */
    public static ImageDoor openStore(String address, int port, int atOnce, Identity identity, Offers offers)
            throws IOException {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(2));
        ImageDoor door = new ImageDoor(vertx, identity, offers, atOnce);
        try {
            await(door.server.listen(port, address));
            return door;
        } catch (IOException e) {
            door.close();
            throw new IOException("no image door at " + address + ":" + port + ": " + e.getMessage(), e);
        }
    }

    public int port() {
        return server.actualPort();
    }

    /** Shows another certificate from now on. */
    public void renew(Identity identity) {
        try {
            boolean unused = await(server.updateSSLOptions(options(identity).getSslOptions()));
        } catch (IOException e) {
            LOG.atError().setCause(e).log("the image door goes on with its old certificate");
        }
    }

    /**
     * Refuses members with these certificates from now on. Connections of theirs that are open are ended, and with them what is on
     * its way.
     */
    public void refuse(RevocationList revoked) {
        isRevoked = revoked::revokes;
        callers.forEach(this::review);
    }

    /**
     * Looked at here and not by TLS itself: that would let those stay that are connected, and those come again by a session of
     * before.
     */
    private void called(HttpConnection caller) {
        callers.add(caller);
        caller.closeHandler(unused -> callers.remove(caller));
        review(caller);
    }

    private void review(HttpConnection caller) {
        if (shown(caller).filter(isRevoked).isPresent()) {
            LOG.atWarn()
                    .log(
                            "no image is given to {}, whose certificate is revoked: it was removed, or joined again since",
                            who(caller));
            Future<Void> unused = caller.close();
        }
    }

    @Override
    public void close() {
        try {
            Void unused = await(vertx.close());
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("the image door did not close");
        }
    }

    private static HttpServerOptions options(Identity identity) {
        HttpServerOptions options = new HttpServerOptions()
                .setSsl(true)
                .setUseAlpn(false)
                .setIdleTimeout((int) IDLE.toSeconds())
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setClientAuth(ClientAuth.REQUIRED);
        options.setKeyCertOptions(new PemKeyCertOptions()
                .addKeyValue(Buffer.buffer(identity.keyPem()))
                .addCertValue(Buffer.buffer(identity.certificatePem())));
        options.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(identity.authorityPem())));
        options.setEnabledSecureTransportProtocols(Set.of("TLSv1.3"));
        return options;
    }

    private void answer(HttpServerRequest request) {
        Optional<Sha256> image = Optional.ofNullable(request.path()).flatMap(ImageDoor::named);
        if (!request.method().equals(HttpMethod.GET) || image.isEmpty()) {
            end(request.response(), 404);
            return;
        }
        if (!slots.tryAcquire()) {
            request.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
            end(request.response(), BUSY);
            return;
        }
        serve(request, image.get()).onComplete(done -> {
            slots.release();
            if (done.failed()) {
                LOG.atDebug()
                        .setCause(done.cause())
                        .addKeyValue("image", image.get())
                        .log("a transfer was cut");
            }
        });
    }

    /** What there is, and how long it is at the moment. */
    private record Found(ImageOffer offer, long size) {}

    private Future<Void> serve(HttpServerRequest request, Sha256 image) {
        HttpServerResponse response = request.response();
        return vertx.executeBlocking(() -> find(image), false).transform(found -> {
            if (found.failed()) {
                LOG.atError()
                        .setCause(found.cause())
                        .addKeyValue("image", image)
                        .log("an image is not served");
                return end(response, 500);
            }
            return found.result().map(it -> send(request, image, it)).orElseGet(() -> end(response, 404));
        });
    }

    private Optional<Found> find(Sha256 image) throws IOException {
        Optional<ImageOffer> offer = offers.of(image);
        try {
            return offer.isPresent() ? Optional.of(new Found(offer.get(), size(offer.get()))) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static long size(ImageOffer offer) throws IOException {
        return switch (offer) {
            case ImageOffer.OfFile(Path file) -> Files.size(file);
            case ImageOffer.OfStream(long size, var content) -> size;
        };
    }

    private Future<Void> send(HttpServerRequest request, Sha256 image, Found found) {
        HttpServerResponse response = request.response();
        ByteSpan span = ByteSpan.asked(Optional.ofNullable(request.getHeader("Range")), found.size());
        response.putHeader(HttpHeaders.ACCEPT_RANGES, "bytes")
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/octet-stream");
        switch (span) {
            case ByteSpan.All all -> {
                log(request, image, 0);
                return send(request, found.offer(), 0, found.size());
            }
            case ByteSpan.Part part -> {
                log(request, image, part.first());
                response.setStatusCode(206).putHeader(HttpHeaders.CONTENT_RANGE, part.header(found.size()));
                return send(request, found.offer(), part.first(), part.length());
            }
            case ByteSpan.Nothing nothing -> {
                response.putHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + found.size());
                return end(response, 416);
            }
        }
    }

    /** One line for each transfer, so that it can be told who has had what of whom, and which went on after a cut. */
    private static void log(HttpServerRequest request, Sha256 image, long from) {
        LOG.atInfo()
                .addKeyValue("image", image)
                .addKeyValue("to", who(request.connection()))
                .addKeyValue("fromByte", from)
                .log("an image is given to a member");
    }

    private static String who(HttpConnection caller) {
        return shown(caller)
                .map(certificate -> certificate.getSubjectX500Principal().getName())
                .orElse("somebody");
    }

    /** The caller's certificate; empty when it is gone by now. */
    private static Optional<X509Certificate> shown(HttpConnection caller) {
        try {
            return Optional.of((X509Certificate) caller.sslSession().getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    private Future<Void> send(HttpServerRequest request, ImageOffer offer, long from, long length) {
        return switch (offer) {
            case ImageOffer.OfFile(Path file) -> request.response().sendFile(file.toString(), from, length);
            case ImageOffer.OfStream(long size, var content) ->
                StreamedAnswer.send(vertx, request, () -> content.from(from), length);
        };
    }

    private static Future<Void> end(HttpServerResponse response, int status) {
        return response.setStatusCode(status).end();
    }

    private static Optional<Sha256> named(String path) {
        try {
            return path.startsWith(PATH) ? Optional.of(new Sha256(path.substring(PATH.length()))) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static <T> T await(Future<T> future) throws IOException {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        }
    }
}

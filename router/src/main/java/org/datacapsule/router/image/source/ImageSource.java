package org.datacapsule.router.image.source;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;
import org.datacapsule.router.http.StreamInput;

/** Fetches files over HTTP, from where the guard lets it; each redirect is a new question to the guard. */
public final class ImageSource implements AutoCloseable {
    private static final int MOST_REDIRECTS = 5;
    private static final int LARGEST_PIECE = 64 * 1024;
    private static final Duration TO_CONNECT = Duration.ofSeconds(10);
    private static final Duration TO_ANSWER = Duration.ofSeconds(30);
    private static final Duration OF_SILENCE = Duration.ofSeconds(60);
    private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

    private final AddressGuard guard;
    private final Context context;
    private final HttpClient client;

    private ImageSource(AddressGuard guard, Context context, HttpClient client) {
        this.guard = guard;
        this.context = context;
        this.client = client;
    }

    /** @param authorities certificates in PEM that sources' own are checked against; none: those the JDK trusts */
    public static ImageSource create(Vertx vertx, AddressGuard guard, Optional<Path> authorities) {
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout((int) TO_CONNECT.toMillis())
                .setReadIdleTimeout((int) OF_SILENCE.toSeconds())
                .setMaxChunkSize(LARGEST_PIECE)
                // A file is one request; a connection that is kept is of no use.
                .setKeepAlive(false);
        authorities.ifPresent(file -> options.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
        return new ImageSource(
                guard,
                vertx.getOrCreateContext(),
                vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(64)));
    }

    /**
     * Asks for a file from {@code offset} on.
     *
     * @param validator what the source said when the first part came; without one a file is only begun anew
     * @throws org.datacapsule.common.error.ProblemException when nothing is fetched from there
     */
    public Fetched open(URI uri, long offset, Optional<String> validator) throws SourceException, InterruptedException {
        URI at = uri;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            Answer answer = ask(admit(at), validator.isPresent() ? offset : 0, validator);
            Optional<URI> elsewhere = answer.redirect(at);
            if (elsewhere.isEmpty()) {
                return answer.file();
            }
            answer.abandon();
            at = elsewhere.get();
        }
        throw new SourceException("The source redirected more than " + MOST_REDIRECTS + " times.", false);
    }

    private AddressGuard.Admitted admit(URI uri) throws SourceException {
        try {
            return guard.admit(uri);
        } catch (UnknownHostException e) {
            throw new SourceException("The name " + uri.getHost() + " is not known.", true);
        }
    }

    private Answer ask(AddressGuard.Admitted where, long offset, Optional<String> validator)
            throws SourceException, InterruptedException {
        Future<Answer> asked = Future.future(answered -> context.runOnContext(now -> client.request(
                        options(where, HttpMethod.GET))
                .compose(request -> {
                    if (offset > 0) {
                        request.putHeader("Range", "bytes=" + offset + "-");
                        validator.ifPresent(tag -> request.putHeader("If-Range", tag));
                    }
                    return request.send()
                            // On the event loop, before the first byte is lost.
                            .map(response -> new Answer(request, response, StreamInput.of(context, response), offset));
                })
                .onComplete(answered)));
        try {
            return asked.toCompletionStage()
                    .toCompletableFuture()
                    .get(TO_CONNECT.plus(TO_ANSWER).toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            asked.onSuccess(Answer::abandon);
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof SSLHandshakeException) {
                throw new SourceException(
                        "The source " + where.origin() + " shows no certificate that is trusted and for its name.",
                        false);
            }
            throw new SourceException(
                    "The source " + where.origin() + " does not answer: "
                            + cause.getClass().getSimpleName() + ".",
                    true);
        }
    }

    /** A request to the very address that was looked at. */
    static RequestOptions options(AddressGuard.Admitted where, HttpMethod method) {
        URI uri = where.uri();
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return new RequestOptions()
                .setMethod(method)
                .setSsl(where.origin().scheme().equals("https"))
                // The name is for the certificate and the request; the connection is to what was looked at.
                .setHost(where.origin().host())
                .setPort(where.origin().port())
                .setServer(SocketAddress.inetSocketAddress(
                        new InetSocketAddress(where.address(), where.origin().port())))
                .setURI(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery())
                .setTimeout(TO_ANSWER.toMillis())
                .setFollowRedirects(false)
                .putHeader("Accept-Encoding", "identity")
                .putHeader("User-Agent", "datacapsule");
    }

    @Override
    public void close() {
        client.close().toCompletionStage().toCompletableFuture().join();
    }

    /** What came back, its body unread. */
    private final class Answer {
        private final HttpClientRequest request;
        private final HttpClientResponse response;
        private final StreamInput body;
        private final long asked;

        Answer(HttpClientRequest request, HttpClientResponse response, StreamInput body, long asked) {
            this.request = request;
            this.response = response;
            this.body = body;
            this.asked = asked;
        }

        void abandon() {
            context.runOnContext(now -> request.connection().close());
        }

        Optional<URI> redirect(URI from) throws SourceException {
            return switch (response.statusCode()) {
                case 301, 302, 303, 307, 308 -> Optional.of(location(from));
                default -> Optional.empty();
            };
        }

        private URI location(URI from) throws SourceException {
            try {
                return from.resolve(header("Location").orElseThrow(() -> new IllegalArgumentException("none")));
            } catch (IllegalArgumentException e) {
                abandon();
                throw new SourceException("The source redirected to nowhere.", false);
            }
        }

        Fetched file() throws SourceException {
            int status = response.statusCode();
            if (status == 206) {
                Matcher range = RANGE.matcher(header("Content-Range").orElse(""));
                if (range.matches() && Long.parseLong(range.group(1)) == asked) {
                    return fetched(asked, OptionalLong.of(Long.parseLong(range.group(3))));
                }
            } else if (status == 200) {
                return fetched(0, length());
            }
            abandon();
            // What a source says of itself, and what it says of us.
            boolean passing = status >= 500 || status == 408 || status == 429 || status == 416;
            throw new SourceException("The source answered " + status + ".", passing);
        }

        private Fetched fetched(long offset, OptionalLong total) {
            return new Fetched(offset, total, validator(), body, this::abandon);
        }

        private OptionalLong length() {
            return header("Content-Length")
                    .filter(text -> text.matches("\\d{1,18}"))
                    .map(text -> OptionalLong.of(Long.parseLong(text)))
                    .orElse(OptionalLong.empty());
        }

        /** Only what changes with every byte will do (RFC 9110, section 13.1.5). */
        private Optional<String> validator() {
            return header("ETag").filter(tag -> tag.startsWith("\"")).or(() -> header("Last-Modified"));
        }

        private Optional<String> header(String name) {
            return Optional.ofNullable(response.getHeader(name));
        }
    }
}

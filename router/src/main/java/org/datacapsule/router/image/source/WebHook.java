package org.datacapsule.router.image.source;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.datacapsule.common.error.ProblemException;

/** Tells others what happened, where the guard lets it; what they answer is not read, and no redirect is followed. */
public final class WebHook implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(15);

    private final AddressGuard guard;
    private final HttpClient client;

    private WebHook(AddressGuard guard, HttpClient client) {
        this.guard = guard;
        this.client = client;
    }

    public static WebHook create(Vertx vertx, AddressGuard guard) {
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout((int) LIMIT.toMillis())
                .setReadIdleTimeout((int) LIMIT.toSeconds())
                .setKeepAlive(false);
        return new WebHook(guard, vertx.createHttpClient(options));
    }

    /** @throws ProblemException when nothing is told there */
    public void requireAllowed(URI uri) {
        guard.requireAllowed(uri);
    }

    /** Answers whether it was taken: with a status of success, and in time. */
    public boolean tell(URI uri, Map<String, String> headers, JsonObject what) throws InterruptedException {
        try {
            RequestOptions options = ImageSource.options(guard.admit(uri), HttpMethod.POST);
            options.putHeader("Content-Type", "application/json");
            headers.forEach(options::putHeader);
            Future<Integer> answered = client.request(options)
                    .compose(request -> request.send(what.toBuffer()))
                    .map(response -> {
                        response.request().connection().close();
                        return response.statusCode();
                    });
            int status =
                    answered.toCompletionStage().toCompletableFuture().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            return status >= 200 && status < 300;
        } catch (UnknownHostException | ExecutionException | TimeoutException | ProblemException e) {
            return false;
        }
    }

    @Override
    public void close() {
        client.close().toCompletionStage().toCompletableFuture().join();
    }
}

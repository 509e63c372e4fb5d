package org.datacapsule.router.mail;

import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.StartTLSOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.datacapsule.router.database.Database;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what is in the outbox. A letter whose sending was not written down any more is sent again, with the same
 * Message-ID.
 */
public final class MailSender implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MailSender.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LEASE = Duration.ofMinutes(2);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(6);
    private static final int MOST_ATTEMPTS = 20;
    private static final int MOST_DOUBLINGS = 16;

    private final Database database;
    private final Outbox outbox;
    private final MailConfig config;
    private final MailClient client;

    private MailSender(Database database, Outbox outbox, MailConfig config, MailClient client) {
        this.database = database;
        this.outbox = outbox;
        this.config = config;
        this.client = client;
    }

    public static MailSender create(Vertx vertx, Database database, Outbox outbox, MailConfig config)
            throws IOException {
        io.vertx.ext.mail.MailConfig options = new io.vertx.ext.mail.MailConfig()
                .setHostname(config.host().orElseThrow())
                .setPort(config.port())
                .setSsl(config.tls() == MailConfig.Tls.TLS)
                .setStarttls(
                        config.tls() == MailConfig.Tls.STARTTLS ? StartTLSOptions.REQUIRED : StartTLSOptions.DISABLED)
                // A letter now and then is not worth a connection that is kept.
                .setKeepAlive(false);
        // The client checks the server's name where nothing is set about it, and where anything is set it does not.
        config.caFile().ifPresent(file -> options.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
        if (config.user().isPresent() && config.passwordFile().isPresent()) {
            options.setUsername(config.user().get())
                    .setPassword(Files.readString(config.passwordFile().get()).strip());
        }
        return new MailSender(database, outbox, config, MailClient.create(vertx, options));
    }

    /** Sends one letter that is due; answers whether there was one. */
    public boolean sendOne() throws InterruptedException {
        Optional<Outbox.Letter> claimed = database.transaction(tx -> outbox.claim(tx, LEASE));
        if (claimed.isPresent()) {
            send(claimed.get());
        }
        return claimed.isPresent();
    }

    private void send(Outbox.Letter letter) throws InterruptedException {
        Optional<String> failure = handOver(letter);
        if (failure.isEmpty()) {
            database.transaction(tx -> {
                outbox.sent(tx, letter.id());
                return true;
            });
            return;
        }
        boolean last = letter.attempts() >= MOST_ATTEMPTS;
        LOG.atWarn()
                .addKeyValue("mail", letter.id())
                .addKeyValue("attempt", letter.attempts())
                .addKeyValue("cause", failure.get())
                .log(last ? "mail could not be sent and is given up" : "mail could not be sent, will be tried again");
        database.transaction(tx -> {
            outbox.failed(tx, letter.id(), failure.get(), pause(letter.attempts()), last);
            return true;
        });
    }

    /** What went wrong, if anything. */
    private Optional<String> handOver(Outbox.Letter letter) throws InterruptedException {
        MailMessage message = new MailMessage()
                .setFrom(config.from())
                .setTo(letter.recipient())
                .setSubject(letter.subject())
                .setText(letter.body())
                .setHeaders(MultiMap.caseInsensitiveMultiMap()
                        .add("Message-ID", "<" + letter.id() + "@datacapsule>")
                        .add("Auto-Submitted", "auto-generated"));
        try {
            client.sendMail(message)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return Optional.empty();
        } catch (ExecutionException e) {
            return Optional.of(String.valueOf(e.getCause()));
        } catch (TimeoutException e) {
            return Optional.of("no answer within " + PATIENCE.toSeconds() + " s");
        } catch (IllegalArgumentException e) {
            // An address that is none.
            return Optional.of(e.toString());
        }
    }

    private Duration pause(int attempts) {
        Duration pause = config.retry().multipliedBy(1L << Math.min(attempts - 1, MOST_DOUBLINGS));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    @Override
    public void close() {
        client.close().toCompletionStage().toCompletableFuture().join();
    }
}

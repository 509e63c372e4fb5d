package org.datacapsule.router.mail;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.net.SelfSignedCertificate;
import io.vertx.sqlclient.Tuple;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.testing.SmtpSink;
import org.datacapsule.router.testing.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** With STARTTLS, mail goes under TLS to a server that is who it says, or not at all. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StartTlsIT {
    private final Vertx vertx = Vertx.vertx();
    private final SelfSignedCertificate ours = SelfSignedCertificate.create("localhost");
    private TestDatabase rows;
    private Database database;

    @BeforeAll
    void start() throws Exception {
        rows = TestDatabase.make();
        database = Database.open(vertx, rows.config());
    }

    @AfterAll
    void stop() throws Exception {
        database.close();
        rows.close();
        ours.delete();
        vertx.close().await();
    }

    @Test
    void aLetterGoesUnderTls() throws Exception {
        try (SmtpSink server = SmtpSink.withTls(context(ours))) {
            assertThat(send(server, ours)).isEqualTo("sent");

            assertThat(server.letters()).singleElement().asString().startsWith("TLS\n");
        }
    }

    @Test
    void aServerWithoutTlsGetsNothing() throws Exception {
        try (SmtpSink server = new SmtpSink()) {
            assertThat(send(server, ours)).containsIgnoringCase("STARTTLS");

            assertThat(server.letters()).isEmpty();
        }
    }

    @Test
    void aServerWithAStrangersCertificateGetsNothing() throws Exception {
        SelfSignedCertificate strangers = SelfSignedCertificate.create("localhost");
        try (SmtpSink server = SmtpSink.withTls(context(strangers))) {
            assertThat(send(server, ours)).containsIgnoringCase("certif");

            assertThat(server.letters()).isEmpty();
        } finally {
            strangers.delete();
        }
    }

    @Test
    void aServerOfAnotherNameGetsNothing() throws Exception {
        SelfSignedCertificate anothers = SelfSignedCertificate.create("mail.example.org");
        try (SmtpSink server = SmtpSink.withTls(context(anothers))) {
            assertThat(send(server, anothers)).containsIgnoringCase("name");

            assertThat(server.letters()).isEmpty();
        } finally {
            anothers.delete();
        }
    }

    /** Tries to send a new letter once; answers "sent", or why it was not. */
    private String send(SmtpSink server, SelfSignedCertificate trusted) throws Exception {
        MailConfig config = new MailConfig(
                Optional.of("localhost"),
                server.port(),
                MailConfig.Tls.STARTTLS,
                Optional.of(Path.of(trusted.certificatePath())),
                "capsules@example.org",
                Optional.empty(),
                Optional.empty(),
                Duration.ofHours(1));
        Outbox outbox = new Outbox(true);
        database.transaction(tx -> {
            tx.update("delete from mail", Tuple.tuple());
            outbox.put(tx, "owner@example.org", "subject", "body");
            return true;
        });
        try (MailSender sender = MailSender.create(vertx, database, outbox, config)) {
            assertThat(sender.sendOne()).isTrue();
        }
        return database.read(tx -> tx.first(
                        "select case when sent_at is null then last_error else 'sent' end as outcome from mail",
                        Tuple.tuple(),
                        row -> row.getString("outcome"))
                .orElseThrow());
    }

    private SSLContext context(SelfSignedCertificate certificate) throws Exception {
        KeyManagerFactory keys = certificate.keyCertOptions().getKeyManagerFactory(vertx);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }
}

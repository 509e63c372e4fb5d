package org.datacapsule.router.expiry;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.expiry.ExpiryStore.Expiring;
import org.datacapsule.router.mail.Outbox;

/** What an owner is written about a capsule's end. */
public final class ExpiryMail {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMMM yyyy", Locale.ENGLISH);

    private final Outbox outbox;

    public ExpiryMail(Outbox outbox) {
        this.outbox = outbox;
    }

    void warn(Tx tx, Expiring capsule, List<String> recipients, Instant end, Instant deletion)
            throws InterruptedException {
        String subject = "Your data capsule \"" + capsule.name() + "\" ends on " + day(end);
        String body = """
                Your data capsule "%s" (%s) will be stopped on %s, and deleted with all
                its files on %s.

                To keep it, extend its life before then: in your front end, or with

                    POST /v1/capsules/%s/extend

                If you no longer need it, there is nothing to do.
                """.formatted(capsule.name(), capsule.id(), day(end), day(deletion), capsule.id());
        for (String recipient : recipients) {
            outbox.put(tx, recipient, subject, body);
        }
    }

    private static String day(Instant time) {
        return DAY.format(time.atOffset(ZoneOffset.UTC));
    }
}

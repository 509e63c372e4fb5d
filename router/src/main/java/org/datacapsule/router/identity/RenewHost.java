package org.datacapsule.router.identity;

import java.util.List;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.Enrolment;
import org.datacapsule.common.wire.Renewal;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;

/** Gives a host that proves itself new certificates, for new keys and the addresses it has. */
final class RenewHost {
    private static final String BY = "system:join";

    private final Database database;
    private final IdentityStore identities;
    private final Enrol enrol;
    private final AuditLog audit;

    RenewHost(Database database, IdentityStore identities, Enrol enrol, AuditLog audit) {
        this.database = database;
        this.identities = identities;
        this.enrol = enrol;
        this.audit = audit;
    }

    Enrolment renew(Sender from, Renewal renewal) throws InterruptedException {
        HostId host = from.host();
        return database.transaction(tx -> {
            List<String> addresses = identities
                    .addresses(tx, host)
                    .orElseThrow(() -> new ProblemException(ErrorCode.HOST_REPORT_REFUSED, "The host was removed."));
            Issued issued = enrol.issue(host, addresses, renewal.request(), renewal.linkRequest());
            identities.renew(tx, host, issued);
            audit.noted(
                    tx,
                    BY,
                    "host-" + host,
                    "host_renewed",
                    Optional.empty(),
                    "host=" + host + " key=" + issued.key().id() + " until="
                            + issued.key().endsAt());
            return enrol.enrolment(tx, host, issued);
        });
    }
}

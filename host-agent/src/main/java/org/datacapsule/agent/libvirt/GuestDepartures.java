package org.datacapsule.agent.libvirt;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.datacapsule.agent.hypervisor.Departing;
import org.datacapsule.agent.hypervisor.MoveWatch;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.Departure.SentGuest;
import org.libvirt.Domain;
import org.libvirt.DomainJobInfo;
import org.libvirt.DomainJobStats;
import org.libvirt.LibvirtException;
import org.libvirt.TypedParameter;
import org.libvirt.TypedStringParameter;
import org.libvirt.TypedUlongParameter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Live migration (virDomainMigrateToURI3, peer to peer): libvirt here talks to libvirt there, the disk is copied while the
 * guest runs, and either the guest is there in the end or it still runs here. Memory, disks and libvirt's own words are TLS.
 */
final class GuestDepartures {
    private static final Logger LOG = LoggerFactory.getLogger(GuestDepartures.class);

    // virDomainMigrateFlags
    private static final int LIVE = 1;
    private static final int PEER_TO_PEER = 1 << 1;
    private static final int PAUSED = 1 << 5;
    private static final int NON_SHARED_INCREMENTAL = 1 << 7;
    private static final int ABORT_ON_ERROR = 1 << 12;
    private static final int AUTO_CONVERGE = 1 << 13;
    private static final int TLS = 1 << 16;
    private static final int FLAGS =
            LIVE | PEER_TO_PEER | NON_SHARED_INCREMENTAL | ABORT_ON_ERROR | AUTO_CONVERGE | TLS;
    // virDomainXMLFlags
    private static final int WITH_SECRETS = 1;
    private static final int MIGRATABLE = 1 << 3;
    // virDomainGetJobStatsFlags
    private static final int COMPLETED = 1;
    private static final int KEEP_COMPLETED = 1 << 1;

    private static final Duration GLANCE = Duration.ofMillis(500);
    /** Each takes a thread that calls libvirt, for as long as it lasts. */
    private static final int AT_ONCE = 4;

    private final LibvirtConnection connection;
    private final Optional<Path> certificates;
    private final Semaphore room = new Semaphore(AT_ONCE);

    /** @param certificates directory with libvirt's cacert.pem, clientcert.pem and clientkey.pem; its own default without */
    GuestDepartures(LibvirtConnection connection, Optional<Path> certificates) {
        this.connection = connection;
        this.certificates = certificates;
    }

    SentGuest send(CapsuleId capsule, Departing departing, MoveWatch watch) {
        room.acquireUninterruptibly();
        try {
            long begun = System.nanoTime();
            if (!isUnderWay(capsule)) {
                follow(capsule, start(capsule, departing), watch);
                return new SentGuest(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun), -1);
            }
            awaitEndOfJob(capsule, watch);
            return SentGuest.UNSEEN;
        } finally {
            room.release();
        }
    }

    private FutureTask<CapsuleId> start(CapsuleId capsule, Departing departing) {
        FutureTask<CapsuleId> migration = new FutureTask<>(() -> connection.call(libvirt -> {
            Domain domain = libvirt.domainLookupByUUID(capsule.value());
            try {
                String xml = HomeXml.of(domain.getXMLDesc(WITH_SECRETS | MIGRATABLE), departing.home());
                // Where data is, the guest stands still until its policy there is verified.
                int flags = departing.mode() == CapsuleMode.SECURE ? FLAGS | PAUSED : FLAGS;
                domain.migrateToURI(uri(departing), parameters(departing, xml), flags);
                return capsule;
            } finally {
                domain.free();
            }
        }));
        Thread.ofVirtual().name("migrate-" + capsule).start(migration);
        return migration;
    }

    private String uri(Departing departing) {
        return departing.landing().libvirtUri()
                + certificates.map(directory -> "?pkipath=" + directory).orElse("");
    }

    /** Addresses everywhere: names of hosts need not resolve. */
    private static TypedParameter[] parameters(Departing departing, String xml) {
        String address = departing.landing().address();
        List<TypedParameter> parameters = new ArrayList<>(List.of(
                new TypedStringParameter("migrate_uri", "tcp:" + address),
                new TypedStringParameter("disks_uri", "tcp://" + address),
                new TypedStringParameter("migrate_disks", DomainXml.DISK),
                new TypedStringParameter("destination_xml", xml)));
        if (departing.mode() == CapsuleMode.SECURE) {
            parameters.add(new TypedStringParameter("migrate_disks", DomainXml.VOLUME));
        }
        if (departing.mebibytesPerSecond() > 0) {
            parameters.add(new TypedUlongParameter("bandwidth", departing.mebibytesPerSecond()));
        }
        return parameters.toArray(TypedParameter[]::new);
    }

    private void follow(CapsuleId capsule, FutureTask<CapsuleId> migration, MoveWatch watch) {
        boolean cancelled = false;
        while (true) {
            try {
                migration.get(GLANCE.toMillis(), TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                jobInfo(capsule).filter(GuestDepartures::isActive).ifPresent(job -> watch.progress(percent(job)));
                if (!watch.isWanted()) {
                    cancelled = true;
                    abort(capsule);
                }
            } catch (ExecutionException e) {
                throw cancelled
                        ? new ProblemException(
                                ErrorCode.OPERATION_CANCELLED,
                                "A later command for the capsule cancelled this operation.")
                        : e.getCause() instanceof RuntimeException failure
                                ? failure
                                : new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ProblemException(
                        ErrorCode.HOST_HYPERVISOR_UNAVAILABLE, "The agent stopped waiting for the migration.");
            }
        }
    }

    private void awaitEndOfJob(CapsuleId capsule, MoveWatch watch) {
        while (isUnderWay(capsule)) {
            if (!watch.isWanted()) {
                abort(capsule);
            }
            try {
                Thread.sleep(GLANCE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ProblemException(
                        ErrorCode.HOST_HYPERVISOR_UNAVAILABLE, "The agent stopped waiting for the migration.");
            }
        }
    }

    private boolean isUnderWay(CapsuleId capsule) {
        return jobInfo(capsule).filter(GuestDepartures::isActive).isPresent();
    }

    private void abort(CapsuleId capsule) {
        try {
            connection.call(libvirt -> {
                Domain domain = libvirt.domainLookupByUUID(capsule.value());
                try {
                    return domain.abortJob();
                } finally {
                    domain.free();
                }
            });
        } catch (ProblemException e) {
            LOG.atInfo().addKeyValue("capsuleId", capsule).log("the migration is not aborted: {}", e.getMessage());
        }
    }

    private Optional<DomainJobInfo> jobInfo(CapsuleId capsule) {
        try {
            return Optional.of(connection.call(libvirt -> {
                Domain domain = libvirt.domainLookupByUUID(capsule.value());
                try {
                    return domain.getJobInfo();
                } finally {
                    domain.free();
                }
            }));
        } catch (ProblemException e) {
            if (e.problem().code() == ErrorCode.HOST_HYPERVISOR_UNAVAILABLE) {
                throw e;
            }
            // It is gone, which is what was wanted.
            return Optional.empty();
        }
    }

    private static boolean isActive(DomainJobInfo job) {
        // VIR_DOMAIN_JOB_BOUNDED, VIR_DOMAIN_JOB_UNBOUNDED
        return job.getType() == 1 || job.getType() == 2;
    }

    private static int percent(DomainJobInfo job) {
        return job.getDataTotal() == 0 ? 0 : (int) Math.min(100, 100 * job.getDataProcessed() / job.getDataTotal());
    }

    /** libvirt keeps it with the guest, where that has come to. */
    OptionalLong downtime(CapsuleId capsule) {
        try {
            return connection.call(libvirt -> {
                Domain domain = libvirt.domainLookupByUUID(capsule.value());
                try {
                    return downtime(domain.getJobStats(COMPLETED | KEEP_COMPLETED));
                } finally {
                    domain.free();
                }
            });
        } catch (ProblemException e) {
            LOG.atInfo().addKeyValue("capsuleId", capsule).log("libvirt does not say the downtime: {}", e.getMessage());
            return OptionalLong.empty();
        }
    }

    private static OptionalLong downtime(DomainJobStats stats) throws LibvirtException {
        return Arrays.stream(stats.stats)
                .filter(each -> each.field.equals("downtime"))
                .mapToLong(each -> Long.parseLong(each.getValueAsString()))
                .findFirst();
    }
}

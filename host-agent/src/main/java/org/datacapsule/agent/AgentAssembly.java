package org.datacapsule.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.datacapsule.agent.config.AgentConfig;
import org.datacapsule.agent.hypervisor.GuestDomain.Attachment;
import org.datacapsule.agent.hypervisor.HostCalls;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.identity.IdentityFiles;
import org.datacapsule.agent.identity.Renewing;
import org.datacapsule.agent.identity.Revoking;
import org.datacapsule.agent.image.HostImages;
import org.datacapsule.agent.journal.Journal;
import org.datacapsule.agent.local.LocalService;
import org.datacapsule.agent.local.LocalSocket;
import org.datacapsule.agent.observe.CapsuleObserver;
import org.datacapsule.agent.observe.Leftovers;
import org.datacapsule.agent.report.Admission;
import org.datacapsule.agent.report.BusLink;
import org.datacapsule.agent.report.Heartbeats;
import org.datacapsule.agent.report.HostProfile;
import org.datacapsule.agent.report.LinkTiming;
import org.datacapsule.agent.report.ProgressReporter;
import org.datacapsule.agent.result.Results;
import org.datacapsule.agent.step.HaltAt;
import org.datacapsule.agent.step.StepListener;
import org.datacapsule.common.fault.HaltPoints;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.common.signing.KeyFiles;
import org.datacapsule.common.signing.ReceiptSigner;
import org.datacapsule.common.wire.ImageOrders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts an agent together from its configuration and its host, and keeps it running. */
public final class AgentAssembly {
    private static final Logger LOG = LoggerFactory.getLogger(AgentAssembly.class);

    private final HostParts host;
    private final Optional<HostImages> images;
    private final BusLink link;
    private final Revoking revoking;
    private final ProgressReporter progress;
    private final Results results;
    private final AgentCore core;
    private final Optional<LocalSocket> scripts;

    private AgentAssembly(
            HostParts host,
            Optional<HostImages> images,
            BusLink link,
            Revoking revoking,
            ProgressReporter progress,
            Results results,
            AgentCore core,
            Optional<LocalSocket> scripts) {
        this.host = host;
        this.images = images;
        this.link = link;
        this.revoking = revoking;
        this.progress = progress;
        this.results = results;
        this.core = core;
        this.scripts = scripts;
    }

    /** A running agent: its host made ready, the journal's work resumed, and on its way to the routers. */
    public static AgentAssembly start(AgentConfig config, HostParts machine) throws IOException {
        InstantSource clock = InstantSource.system();
        IdentityFiles identity = new IdentityFiles(config.identity());
        // It says so now, and not in the dark later, when this machine has not joined.
        identity.read();
        machine.network().ensure();
        Certificates certificates = new Certificates(machine.calls());
        Revoking revoking = new Revoking(identity, config.host().name(), certificates, clock);
        BusLink link = new BusLink(
                config.link().doors(),
                config.host().name(),
                identity,
                new Renewing(identity, config.host().name(), certificates::readCertificates),
                new LinkTiming(config.link().heartbeat(), config.link().rejoinAfter()),
                clock);
        Optional<HostImages> images = machine.shelf()
                .map(shelf -> HostImages.open(config.host().name(), config.images(), shelf, identity, link, clock));
        images.ifPresent(it -> certificates.readBy(it::certificatesChanged));
        HostParts host = images.map(it -> machine.with(it.supply())).orElse(machine);
        ProgressReporter progress = new ProgressReporter(link);
        SecretBox box = SecretBox.fromKeyFile(config.trust().secretKey());
        Journal journal = Journal.open(config.storage().journal(), box, clock);
        ReceiptSigner receipts = LocalScripts.receiptSigner(config);
        Results results = Results.open(
                config.host().name(),
                config.storage().results(),
                config.results(),
                host.storage()::releaseSocket,
                link,
                journal::isSettled,
                clock);
        AgentCore core = new AgentCore(
                config.host().name(),
                config.work(),
                routerKeys(config),
                host,
                journal,
                link,
                results.desk(),
                receipts,
                steps(config, progress),
                clock);
        // Before the journal's work, which opens and closes what it switches.
        results.resume(releasing(host.hypervisor()));
        core.start();
        Optional<LocalSocket> scripts = listen(config, LocalScripts.service(config, host, core, box));
        Admission admission = new Admission(core::receive, core::obey, core::goOn);
        Leftovers leftovers = new Leftovers(host.hypervisor(), host.network(), host.storage(), journal);
        Heartbeats heartbeats = heartbeats(config, host, journal, receipts, admission, images, leftovers, revoking);
        link.start(admission, heartbeats::now, reply -> {
            images.ifPresent(it -> it.obey(reply.images().orElse(ImageOrders.NONE)));
            leftovers.sweep(reply.sweep().orElse(List.of()));
            reply.revocations().ifPresent(revoking::take);
        });
        LOG.atInfo().addKeyValue("hostId", config.host().name()).log("the agent runs");
        return new AgentAssembly(host, images, link, revoking, progress, results, core, scripts);
    }

    /** Accepts nothing more, leaves work at its next step boundary, and leaves guests running. */
    public void stop() throws InterruptedException, IOException {
        if (scripts.isPresent()) {
            scripts.get().close();
        }
        link.stop();
        revoking.stop();
        progress.close();
        results.stop();
        core.stop();
        if (images.isPresent()) {
            images.get().stop();
        }
        host.close().run();
        LOG.atInfo().log("the agent has stopped; guests run on");
    }

    /** Those that keep certificates, or who is refused, in memory: of the machine, and of the agent. */
    private static final class Certificates implements HostCalls {
        private final HostCalls machine;
        private final List<BooleanSupplier> readers = new CopyOnWriteArrayList<>();

        Certificates(HostCalls machine) {
            this.machine = machine;
        }

        void readBy(BooleanSupplier reader) {
            readers.add(reader);
        }

        @Override
        public boolean readCertificates() {
            boolean isRead = true;
            for (BooleanSupplier reader : readers) {
                isRead &= reader.getAsBoolean();
            }
            return machine.readCertificates() && isRead;
        }

        @Override
        public boolean end(List<HostId> hosts) {
            return machine.end(hosts);
        }
    }

    /** A host without it works all the same, such as one whose storage has too long a path for a socket. */
    private static Optional<LocalSocket> listen(AgentConfig config, LocalService service) {
        Path socket = config.storage().socket();
        try {
            return Optional.of(LocalSocket.listen(socket, service::answer));
        } catch (IOException e) {
            LOG.atError().setCause(e).log("scripts cannot reach this agent at {}", socket);
            return Optional.empty();
        }
    }

    private static Heartbeats heartbeats(
            AgentConfig config,
            HostParts host,
            Journal journal,
            ReceiptSigner receipts,
            Admission admission,
            Optional<HostImages> images,
            Leftovers leftovers,
            Revoking revoking) {
        HostProfile profile = new HostProfile(
                config.host().name(),
                UUID.randomUUID(),
                receipts.publicKeyText(),
                AgentVersion.text(),
                config.host().address(),
                config.host().ports(),
                config.network().guests(),
                config.host().memoryReserveMb(),
                config.storage().reserveGb());
        CapsuleObserver observer = new CapsuleObserver(host.hypervisor(), host.network(), host.storage());
        return new Heartbeats(
                profile,
                host.hypervisor().facts(),
                host.storage(),
                observer,
                journal,
                admission::recalled,
                () -> images.map(HostImages::stock),
                leftovers::known,
                () -> Optional.of(revoking.number()));
    }

    /** The guests that have a release channel, each with its generation. */
    private static Map<CapsuleId, Long> releasing(Hypervisor hypervisor) {
        Map<CapsuleId, Long> generations = new HashMap<>();
        hypervisor.all().forEach((capsule, domain) -> {
            if (domain.attached().contains(Attachment.RELEASE_CHANNEL)) {
                generations.put(capsule, domain.generation());
            }
        });
        return generations;
    }

    private static StepListener steps(AgentConfig config, ProgressReporter progress) {
        List<StepListener> listeners = new ArrayList<>();
        config.development().haltFile().ifPresent(file -> listeners.add(new HaltAt(new HaltPoints(file))));
        listeners.add(progress);
        return StepListener.all(listeners);
    }

    private static List<PublicKey> routerKeys(AgentConfig config) throws IOException {
        List<PublicKey> keys = new ArrayList<>();
        for (Path file : config.trust().commandKeys()) {
            keys.add(KeyFiles.readPublic(file));
        }
        return keys;
    }
}

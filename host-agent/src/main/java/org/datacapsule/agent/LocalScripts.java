package org.datacapsule.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.datacapsule.agent.config.AgentConfig;
import org.datacapsule.agent.hypervisor.ReleaseDesk;
import org.datacapsule.agent.journal.Journal;
import org.datacapsule.agent.journal.JournalHeldException;
import org.datacapsule.agent.local.LocalAnswer;
import org.datacapsule.agent.local.LocalClient;
import org.datacapsule.agent.local.LocalHost;
import org.datacapsule.agent.local.LocalRequest;
import org.datacapsule.agent.local.LocalService;
import org.datacapsule.agent.local.LocalView;
import org.datacapsule.agent.local.Refusal;
import org.datacapsule.agent.report.Routers;
import org.datacapsule.agent.step.StepListener;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.common.signing.KeyFiles;
import org.datacapsule.common.signing.ReceiptSigner;
import org.datacapsule.common.wire.ReportContract;

/**
 * One run of a script: the running agent is asked. Where none runs, the journal is this process's own for as long as the
 * command takes, and the same code does it.
 */
final class LocalScripts {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);
    /** Outcomes stay in the journal; the next agent reports them. */
    private static final Routers NOBODY = new Routers() {
        @Override
        public <Q, A> Optional<A> ask(ReportContract<Q, A> contract, Q question) {
            return Optional.empty();
        }
    };
    /** The next agent listens at the channels it finds. */
    private static final ReleaseDesk CLOSED_DESK = new ReleaseDesk() {
        @Override
        public void open(CapsuleId capsule, long generation, Path socket) {
            // Nobody takes results until an agent runs.
        }

        @Override
        public void close(CapsuleId capsule) {
            // Nothing is open.
        }
    };

    private final AgentConfig config;
    private final Opening hosts;
    private final Duration patience;

    /** Opens this machine; only where no agent does. */
    @FunctionalInterface
    interface Opening {
        HostParts open() throws Exception;
    }

    LocalScripts(AgentConfig config, Opening hosts) {
        this(config, hosts, PATIENCE);
    }

    /** @param patience with another script, or with an agent that starts */
    LocalScripts(AgentConfig config, Opening hosts, Duration patience) {
        this.config = config;
        this.hosts = hosts;
        this.patience = patience;
    }

    LocalAnswer answer(LocalRequest request) throws Exception {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            Optional<LocalAnswer> answer = LocalClient.ask(config.storage().socket(), request);
            if (answer.isPresent()) {
                return answer.get();
            }
            if (request instanceof LocalRequest.Query query) {
                return look(query);
            }
            try {
                return doHere(request);
            } catch (JournalHeldException e) {
                if (System.nanoTime() > end) {
                    return new LocalAnswer.Refused(
                            Refusal.BUSY,
                            "Another script is at work on this host, or an agent that does not answer yet; try again.");
                }
                Thread.sleep(BETWEEN_TRIES);
            }
        }
    }

    private LocalAnswer look(LocalRequest.Query query) throws Exception {
        HostParts host = hosts.open();
        try {
            return new LocalView(localHost(config), host.hypervisor(), host.network(), host.storage()).answer(query);
        } finally {
            host.close().run();
        }
    }

    private LocalAnswer doHere(LocalRequest request) throws Exception {
        SecretBox box = SecretBox.fromKeyFile(config.trust().secretKey());
        InstantSource clock = InstantSource.system();
        try (Journal journal = Journal.open(config.storage().journal(), box, clock)) {
            HostParts host = hosts.open();
            try {
                host.network().ensure();
                AgentCore core = new AgentCore(
                        config.host().name(),
                        config.work(),
                        List.<PublicKey>of(),
                        host,
                        journal,
                        NOBODY,
                        CLOSED_DESK,
                        receiptSigner(config),
                        StepListener.all(List.of()),
                        clock);
                try {
                    LocalService service = service(config, host, core, box);
                    service.finishWhatWasLeft(request);
                    return service.answer(request);
                } finally {
                    core.stop();
                }
            } finally {
                host.close().run();
            }
        }
    }

    static LocalService service(AgentConfig config, HostParts host, AgentCore core, SecretBox box) {
        return new LocalService(
                localHost(config), host.hypervisor(), host.network(), host.storage(), box, core.local());
    }

    static ReceiptSigner receiptSigner(AgentConfig config) throws IOException {
        Path privateKey = config.storage().receiptKey();
        Path publicKey = config.storage().receiptPublicKey();
        KeyFiles.makeIfMissing(privateKey, publicKey);
        return new ReceiptSigner(KeyFiles.readPrivate(privateKey), KeyFiles.readPublic(publicKey));
    }

    private static LocalHost localHost(AgentConfig config) {
        return new LocalHost(
                config.host().address(),
                config.network().guests(),
                config.storage().capsules());
    }
}

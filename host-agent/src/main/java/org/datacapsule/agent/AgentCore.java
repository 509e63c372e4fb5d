package org.datacapsule.agent;

import java.io.IOException;
import java.security.PublicKey;
import java.time.InstantSource;
import java.util.List;
import org.datacapsule.agent.command.Backlog;
import org.datacapsule.agent.command.CapsuleQueues;
import org.datacapsule.agent.command.CommandHandlers;
import org.datacapsule.agent.command.CommandReceiver;
import org.datacapsule.agent.command.CommandRunner;
import org.datacapsule.agent.command.LocalCommands;
import org.datacapsule.agent.command.OutcomeListener;
import org.datacapsule.agent.command.Recalls;
import org.datacapsule.agent.command.SecureSweeper;
import org.datacapsule.agent.command.Waiters;
import org.datacapsule.agent.config.WorkConfig;
import org.datacapsule.agent.hypervisor.ReleaseDesk;
import org.datacapsule.agent.journal.Journal;
import org.datacapsule.agent.journal.JournalEntry;
import org.datacapsule.agent.journal.JournalSweeper;
import org.datacapsule.agent.report.OutcomeReporter;
import org.datacapsule.agent.report.Routers;
import org.datacapsule.agent.step.StepListener;
import org.datacapsule.agent.work.Threads;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.signing.CommandVerifier;
import org.datacapsule.common.signing.ReceiptSigner;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.Recall;
import org.datacapsule.common.wire.SignedCommand;

/** An agent without its link to the routers: commands go in at {@link #receive}, outcomes come out at the routers. */
public final class AgentCore {
    private final Journal journal;
    private final OutcomeReporter reporter;
    private final CapsuleQueues queues;
    private final Backlog backlog;
    private final Waiters waiters = new Waiters();
    private final LocalCommands local;
    private final CommandReceiver receiver;
    private final Recalls recalls;
    private final JournalSweeper sweeper;
    private final SecureSweeper secureSweeper;

    public AgentCore(
            HostId self,
            WorkConfig work,
            List<PublicKey> routerKeys,
            HostParts host,
            Journal journal,
            Routers routers,
            ReleaseDesk releases,
            ReceiptSigner receipts,
            StepListener steps,
            InstantSource clock) {
        this(self, work, routerKeys, host, journal, routers, releases, receipts, steps, clock, Threads.VIRTUAL);
    }

    /** On other threads, which a simulation has. */
    public AgentCore(
            HostId self,
            WorkConfig work,
            List<PublicKey> routerKeys,
            HostParts host,
            Journal journal,
            Routers routers,
            ReleaseDesk releases,
            ReceiptSigner receipts,
            StepListener steps,
            InstantSource clock,
            Threads threads) {
        this.journal = journal;
        this.reporter = new OutcomeReporter(journal, routers, steps, threads);
        CommandHandlers handlers = new CommandHandlers(
                host.hypervisor(),
                host.network(),
                host.storage(),
                host.whereabouts(),
                host.supply(),
                releases,
                receipts,
                clock,
                work.longestGrace());
        OutcomeListener listeners = entry -> {
            waiters.ended(entry);
            reporter.ended(entry);
        };
        this.queues = new CapsuleQueues(
                new CommandRunner(
                        journal, host.hypervisor(), handlers, steps, listeners, clock, threads, work.atOnce()),
                threads);
        this.backlog = new Backlog(journal, queues);
        this.local = new LocalCommands(self, journal, host.hypervisor(), queues, waiters, steps, clock);
        this.receiver =
                new CommandReceiver(new CommandVerifier(routerKeys, self, clock), journal, queues, backlog, steps);
        this.recalls = new Recalls(receiver, threads);
        this.secureSweeper = new SecureSweeper(queues, journal, host.hypervisor(), host.storage(), releases, threads);
        this.sweeper = new JournalSweeper(journal, host.storage()::all, work.retention(), clock, threads);
    }

    /** Begins; what the journal says is not done waits for {@link #goOn}, which comes before the first {@link #receive}. */
    public void start() {
        sweeper.start();
        for (JournalEntry entry : journal.unreported()) {
            reporter.ended(entry);
        }
        secureSweeper.start();
    }

    /** Goes on with what the journal says is not done. */
    public void goOn() {
        backlog.takeUp();
    }

    /** Does what this host is recalled for; answers whether all of it is done. */
    public boolean obey(Recall recall) {
        return recalls.obey(recall);
    }

    public CommandReply receive(SignedCommand command) {
        return receiver.receive(command);
    }

    /** Where commands of this host's operator go in; they are queued and journaled like a router's. */
    public LocalCommands local() {
        return local;
    }

    public Journal journal() {
        return journal;
    }

    /** Stops at the next step boundaries. Guests run on. */
    public void stop() throws InterruptedException, IOException {
        sweeper.close();
        secureSweeper.close();
        queues.stop();
        waiters.dismiss();
        reporter.stop();
        journal.close();
    }
}

package org.datacapsule.agent.result;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.datacapsule.agent.config.ResultsConfig;
import org.datacapsule.agent.hypervisor.ReleaseDesk;
import org.datacapsule.agent.report.Routers;
import org.datacapsule.agent.work.Threads;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything this host does with results: takes them from guests, keeps them, ships them. */
public final class Results {
    private static final Logger LOG = LoggerFactory.getLogger(Results.class);
    private static final String LEDGER = "ledger";

    private final HostId host;
    private final Intake.Stores stores;
    private final ReleaseChannels channels;
    private final ResultShipper shipper;

    private Results(HostId host, Intake.Stores stores, ReleaseChannels channels, ResultShipper shipper) {
        this.host = host;
        this.stores = stores;
        this.channels = channels;
        this.shipper = shipper;
    }

    /**
     * Opens what an earlier agent has left; nothing is taken or shipped yet.
     *
     * @param directory of the spool, made when it is not there
     * @param sockets where each capsule's release channel is
     * @param settled whether the routers know of all that was done with a capsule
     */
    public static Results open(
            HostId host,
            Path directory,
            ResultsConfig limits,
            Function<CapsuleId, Path> sockets,
            Routers routers,
            Predicate<CapsuleId> settled,
            InstantSource clock)
            throws IOException {
        ResultSteps steps = (step, capsule) -> LOG.atDebug()
                .addKeyValue("capsuleId", capsule)
                .addKeyValue("step", step)
                .log("step reached");
        return open(
                host,
                directory,
                limits,
                sockets,
                routers,
                settled,
                clock,
                steps,
                ResultShipper.Waits.USUAL,
                Threads.VIRTUAL);
    }

    /** With another patience and on other threads, such as a simulation has. */
    public static Results open(
            HostId host,
            Path directory,
            ResultsConfig limits,
            Function<CapsuleId, Path> sockets,
            Routers routers,
            Predicate<CapsuleId> settled,
            InstantSource clock,
            ResultSteps steps,
            ResultShipper.Waits waits,
            Threads threads)
            throws IOException {
        Spool spool = Spool.open(directory, limits);
        Ledger ledger = Ledger.open(directory.resolve(LEDGER), spool.waiting(), clock);
        ResultShipper shipper = new ResultShipper(spool, routers, settled, steps, waits, threads);
        Intake.Stores stores = new Intake.Stores(spool, ledger, limits, clock, steps);
        return new Results(host, stores, new ReleaseChannels(host, sockets, stores, shipper::ship), shipper);
    }

    public ReleaseDesk desk() {
        return channels;
    }

    /**
     * Goes on with what an earlier agent was about.
     *
     * @param guests those that have a release channel, each with its generation
     */
    public void resume(Map<CapsuleId, Long> guests) {
        resume();
        channels.resume(guests);
    }

    /**
     * Takes one transfer line by line, as from a guest, where there is no channel.
     *
     * @return what the guest is told
     */
    public List<String> take(CapsuleId capsule, long generation, List<String> lines) {
        Intake intake = new Intake(new Intake.Origin(host, capsule, generation), stores);
        List<String> answers = new ArrayList<>();
        for (String line : lines) {
            Optional<ReleaseLine> said = ReleaseLine.parse(line);
            if (said.isPresent()) {
                Intake.Answer answer = intake.take(said.get());
                answer.taken().ifPresent(shipper::ship);
                answer.line().ifPresent(answers::add);
            }
        }
        intake.discard();
        return answers;
    }

    /** Ships what an earlier agent has left. */
    public void resume() {
        shipper.resume();
    }

    /** Takes and ships nothing more; what is spooled stays for the next start. */
    public void stop() throws InterruptedException {
        channels.closeAll();
        shipper.stop();
    }
}

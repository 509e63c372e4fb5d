package org.datacapsule.agent.result;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.datacapsule.agent.hypervisor.ReleaseDesk;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A channel for every capsule of this host that is in secure mode. Calls for one capsule come one after another. */
final class ReleaseChannels implements ReleaseDesk {
    private static final Logger LOG = LoggerFactory.getLogger(ReleaseChannels.class);

    private final HostId host;
    private final Function<CapsuleId, Path> sockets;
    private final Intake.Stores stores;
    private final Consumer<SpooledResult> taken;
    private final Map<CapsuleId, ReleaseChannel> channels = new ConcurrentHashMap<>();

    ReleaseChannels(
            HostId host, Function<CapsuleId, Path> sockets, Intake.Stores stores, Consumer<SpooledResult> taken) {
        this.host = host;
        this.sockets = sockets;
        this.stores = stores;
        this.taken = taken;
    }

    @Override
    public void open(CapsuleId capsule, long generation, Path socket) {
        close(capsule);
        ReleaseChannel channel =
                new ReleaseChannel(socket, new Intake.Origin(host, capsule, generation), stores, taken);
        channels.put(capsule, channel);
        channel.start(() -> channels.remove(capsule, channel));
        LOG.atInfo()
                .addKeyValue("hostId", host)
                .addKeyValue("capsuleId", capsule)
                .addKeyValue("generation", generation)
                .log("results are taken from this capsule");
    }

    @Override
    public void close(CapsuleId capsule) {
        ReleaseChannel channel = channels.remove(capsule);
        if (channel != null) {
            channel.close();
        }
    }

    void resume(Map<CapsuleId, Long> generations) {
        generations.forEach((capsule, generation) -> open(capsule, generation, sockets.apply(capsule)));
    }

    /** Closes all, and waits until nothing more is being written. */
    void closeAll() throws InterruptedException {
        List<ReleaseChannel> open = List.copyOf(channels.values());
        open.forEach(ReleaseChannel::close);
        for (ReleaseChannel channel : open) {
            channel.join();
        }
    }
}

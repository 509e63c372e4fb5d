package org.datacapsule.agent.result;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.datacapsule.agent.step.Abandoned;
import org.datacapsule.agent.work.Closing;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host's end of one capsule's release channel, connected for as long as its socket is there. It holds one line of the
 * guest's and one answer; a guest that does not read its answers is not listened to until it does.
 */
final class ReleaseChannel {
    private static final Logger LOG = LoggerFactory.getLogger(ReleaseChannel.class);
    private static final Duration TO_CONNECT_AGAIN = Duration.ofSeconds(1);
    /** What a transfer costs to begin, in bytes read: each makes and may unmake a file. */
    private static final int COST_OF_BEGIN = 256 * 1024;

    private final Path socket;
    private final Intake.Origin origin;
    private final Intake.Stores stores;
    private final Consumer<SpooledResult> taken;
    private final Closing closing = new Closing();
    private volatile @Nullable SocketChannel connection;
    private volatile @Nullable Thread thread;

    ReleaseChannel(Path socket, Intake.Origin origin, Intake.Stores stores, Consumer<SpooledResult> taken) {
        this.socket = socket;
        this.origin = origin;
        this.stores = stores;
        this.taken = taken;
    }

    /** @param ended run when the socket is gone, or the channel has been closed */
    void start(Runnable ended) {
        Thread made = Thread.ofVirtual().name("release-" + origin.capsule()).unstarted(() -> {
            serveWhileThere();
            ended.run();
        });
        thread = made;
        made.start();
    }

    /** Ends the connection, and returns at once. */
    void close() {
        closing.begin();
        hangUp();
    }

    /** Waits for the end of a channel that has been closed. */
    void join() throws InterruptedException {
        Thread running = thread;
        if (running != null) {
            running.join();
        }
    }

    private void hangUp() {
        SocketChannel open = connection;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.atDebug().setCause(e).log("a release channel was not closed");
            }
        }
    }

    private void serveWhileThere() {
        try {
            while (!closing.isBegun() && Files.exists(socket)) {
                serveOnce();
                closing.within(TO_CONNECT_AGAIN);
            }
        } catch (InterruptedException | Abandoned e) {
            LOG.atInfo()
                    .addKeyValue("capsuleId", origin.capsule())
                    .log("the release channel is left: {}", e.toString());
        }
    }

    private void serveOnce() throws InterruptedException {
        Intake intake = new Intake(origin, stores);
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            connection = channel;
            if (closing.isBegun()) {
                return;
            }
            serve(channel, intake);
        } catch (IOException e) {
            LOG.atDebug().setCause(e).addKeyValue("capsuleId", origin.capsule()).log("no release channel for now");
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).addKeyValue("capsuleId", origin.capsule()).log("a release channel failed");
        } finally {
            connection = null;
        }
        intake.discard();
    }

    private void serve(SocketChannel channel, Intake intake) throws IOException, InterruptedException {
        Pace pace = new Pace(closing, System::nanoTime);
        LineReader lines = new LineReader(channel, pace);
        for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
            Optional<ReleaseLine> said = ReleaseLine.parse(line.get());
            if (said.isEmpty()) {
                continue;
            }
            if (said.get() instanceof ReleaseLine.Begin) {
                pace.spent(COST_OF_BEGIN);
            }
            Intake.Answer answer = intake.take(said.get());
            answer.taken().ifPresent(taken);
            if (answer.line().isPresent()) {
                write(channel, answer.line().get());
            }
            if (answer.taken().isPresent()) {
                stores.steps().reached(ResultStep.ANSWERED, origin.capsule());
            }
        }
    }

    private static void write(SocketChannel channel, String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}

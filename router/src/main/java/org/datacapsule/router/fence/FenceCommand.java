package org.datacapsule.router.fence;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.datacapsule.common.id.HostId;

/** Runs the operator's fence command: an argument list, no shell, limited time and output. */
public final class FenceCommand implements Fencing {
    private static final int OUTPUT_LIMIT = 4096;
    private static final int NOT_RUN = -1;
    private static final Duration TO_END = Duration.ofSeconds(2);

    private final FenceConfig config;

    public FenceCommand(FenceConfig config) {
        this.config = config;
    }

    @Override
    public boolean isThere() {
        return !config.command().isEmpty();
    }

    @Override
    public Duration timeout() {
        return config.timeout();
    }

    @Override
    public Result run(HostId host) throws InterruptedException {
        List<String> arguments = new ArrayList<>(config.command());
        arguments.add(host.value());
        Process process;
        try {
            process = new ProcessBuilder(arguments).redirectErrorStream(true).start();
            process.getOutputStream().close();
        } catch (IOException e) {
            return new Result(NOT_RUN, "It cannot be run: " + e.getMessage());
        }
        FutureTask<String> output = new FutureTask<>(() -> firstOf(process.getInputStream()));
        Thread.startVirtualThread(output);
        try {
            boolean ended = process.waitFor(config.timeout().toMillis(), TimeUnit.MILLISECONDS);
            if (ended) {
                return new Result(process.exitValue(), said(output));
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return new Result(NOT_RUN, "It was killed after " + config.timeout().toSeconds() + " s. " + said(output));
    }

    /** What is said past the limit is read and dropped, so that the command can go on. */
    private static String firstOf(InputStream stream) throws IOException {
        byte[] first = stream.readNBytes(OUTPUT_LIMIT);
        stream.transferTo(OutputStream.nullOutputStream());
        return new String(first, StandardCharsets.UTF_8).replace("\0", "").strip();
    }

    private static String said(FutureTask<String> output) throws InterruptedException {
        try {
            return output.get(TO_END.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return "What it said cannot be read.";
        }
    }
}

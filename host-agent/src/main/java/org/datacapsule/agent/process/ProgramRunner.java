package org.datacapsule.agent.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/** Runs programs of the host: an argument list, text on standard input, a time limit, and limited output. */
public final class ProgramRunner {
    /** No program we run has more to say than this; what comes after is read and dropped. */
    private static final int OUTPUT_LIMIT = 1 << 20;

    private static final int GLANCE_MILLIS = 500;

    private final Duration limit;

    /** @param limit how long a program may take before it is killed */
    public ProgramRunner(Duration limit) {
        this.limit = limit;
    }

    /** Answers what the program printed. */
    public String run(List<String> arguments) throws ProgramFailedException {
        return run(arguments, "");
    }

    /** Gives the program {@code input} and answers what it printed. */
    public String run(List<String> arguments, String input) throws ProgramFailedException {
        String name = arguments.getFirst();
        Process process = start(arguments);
        try {
            FutureTask<String> output = reading(process.getInputStream());
            FutureTask<String> errors = reading(process.getErrorStream());
            feed(process, input);
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ProgramFailedException(name, "did not end within " + limit.toSeconds() + " s");
            }
            if (process.exitValue() != 0) {
                throw new ProgramFailedException(name, errors.get() + output.get());
            }
            return output.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProgramFailedException(name, "was interrupted");
        } catch (ExecutionException e) {
            throw new ProgramFailedException(name, "gave output that cannot be read");
        } finally {
            process.destroyForcibly();
        }
    }

    /**
     * Runs a program that may take hours: while it works it prints how far it has come, as {@code (12.34/100%)}.
     *
     * @param progress is told the percentage about twice a second
     * @param wanted the program is killed when this turns false
     */
    public void runLong(List<String> arguments, IntConsumer progress, BooleanSupplier wanted)
            throws ProgramFailedException {
        String name = arguments.getFirst();
        Process process = start(arguments);
        try {
            process.getOutputStream().close();
            AtomicInteger percent = new AtomicInteger();
            Thread.ofVirtual().start(() -> Percentage.read(process.getInputStream(), percent));
            FutureTask<String> errors = reading(process.getErrorStream());
            while (!process.waitFor(GLANCE_MILLIS, TimeUnit.MILLISECONDS)) {
                progress.accept(percent.get());
                if (!wanted.getAsBoolean()) {
                    throw new ProgramFailedException(name, "was stopped");
                }
            }
            if (process.exitValue() != 0) {
                throw new ProgramFailedException(name, errors.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProgramFailedException(name, "was interrupted");
        } catch (ExecutionException | IOException e) {
            throw new ProgramFailedException(name, "gave output that cannot be read");
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process start(List<String> arguments) throws ProgramFailedException {
        ProcessBuilder builder = new ProcessBuilder(arguments);
        builder.environment().put("LC_ALL", "C");
        // A daemon's or an ordinary user's PATH may lack the directories of nft.
        builder.environment().merge("PATH", "/usr/sbin:/sbin:/usr/bin:/bin", (own, system) -> own + ":" + system);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new ProgramFailedException(arguments.getFirst(), "cannot be run; is it installed?");
        }
    }

    private static void feed(Process process, String input) {
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException ignored) {
            // It ended without reading all; its exit code tells why.
        }
    }

    private static FutureTask<String> reading(InputStream stream) {
        FutureTask<String> task = new FutureTask<>(() -> {
            byte[] kept = stream.readNBytes(OUTPUT_LIMIT);
            stream.transferTo(OutputStream.nullOutputStream());
            return new String(kept, StandardCharsets.UTF_8);
        });
        Thread.ofVirtual().start(task);
        return task;
    }
}

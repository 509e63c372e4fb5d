package org.datacapsule.router.image.inspect;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** One run of a program, with limited output and a time limit. */
final class ConfinedRun {
    private static final int OUTPUT_LIMIT = 1 << 20;
    private static final int LAST_WORDS = 300;
    /** What a shell and bubblewrap add to the number of the signal that ended a process. */
    private static final int SIGNALLED = 128;

    private static final int SIGXCPU = 24;
    private static final int SIGXFSZ = 25;

    private ConfinedRun() {}

    /**
     * How a run ended.
     *
     * @param code as the program gave it; -1 where it did not come to give one
     */
    record Ended(int code, String output, String errors, boolean late) {
        boolean isGood() {
            return code == 0;
        }

        /** Whether it was stopped because what it wrote became too large. */
        boolean wroteTooMuch() {
            return code == SIGNALLED + SIGXFSZ || errors.contains("File too large");
        }

        boolean tookTooLong() {
            return late || code == SIGNALLED + SIGXCPU;
        }

        /** The end of what it said. */
        String lastWords() {
            String said = (errors + output).strip();
            return said.length() <= LAST_WORDS ? said : said.substring(said.length() - LAST_WORDS);
        }
    }

    static Ended run(ExecutorService starter, List<String> arguments, Duration limit) throws InterruptedException {
        Process process;
        try {
            process =
                    starter.submit(() -> new ProcessBuilder(arguments).start()).get();
        } catch (ExecutionException e) {
            return new Ended(-1, "", arguments.getFirst() + " cannot be run; is it installed?", false);
        }
        try {
            process.getOutputStream().close();
            FutureTask<String> output = reading(process.getInputStream());
            FutureTask<String> errors = reading(process.getErrorStream());
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                return new Ended(-1, "", "it did not end within " + limit.toSeconds() + " s", true);
            }
            return new Ended(process.exitValue(), output.get(), errors.get(), false);
        } catch (ExecutionException | IOException e) {
            return new Ended(-1, "", "its output could not be read", false);
        } finally {
            // What bubblewrap started dies with it.
            process.destroyForcibly();
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

package org.datacapsule.e2e;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Looks at every command line on the machine, again and again, for a secret that must not be on any. */
final class CommandLineWatch implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofMillis(10);

    private final String secret;
    private final Set<String> found = ConcurrentHashMap.newKeySet();
    private final Thread thread;

    CommandLineWatch(String secret) {
        this.secret = secret;
        this.thread = Thread.ofPlatform().daemon().name("command-line-watch").start(this::watch);
    }

    Set<String> found() {
        return found;
    }

    private void watch() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                ProcessTable.commandLines().stream()
                        .filter(line -> line.contains(secret))
                        .forEach(found::add);
                Thread.sleep(LOOK_EVERY);
            }
        } catch (IOException e) {
            found.add("the process table cannot be read: " + e);
        } catch (InterruptedException e) {
            // Told to end.
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}

package org.datacapsule.devkit.fleet;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The right to have a testbed on this machine, which tests take in turn. A test may remove what a test made, and nothing that
 * somebody works with.
 */
final class TestbedTurn implements AutoCloseable {
    private static final Path LOCK = Path.of(System.getProperty("java.io.tmpdir"), "datacapsule-testbed.lock");
    private static final String MARK = "of-a-test";

    private final FileChannel lock;

    private TestbedTurn(FileChannel lock) {
        this.lock = lock;
    }

    /** Waits until other tests of this machine are done. */
    static TestbedTurn take(Path state) throws IOException {
        Path mark = state.resolve(MARK);
        FileChannel lock = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            lock.lock();
            if (Files.exists(state) && !Files.exists(mark)) {
                throw new IllegalStateException(
                        "this checkout has a testbed that no test made; end it first: scripts/testbed down --clean");
            }
            return new TestbedTurn(lock);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Says that what is made here from now on is a test's. */
    static void mark(Path state) throws IOException {
        Files.createDirectories(state);
        Files.writeString(state.resolve(MARK), "made by a test, and removed by one\n");
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}

package org.datacapsule.common.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.IntStream;

/**
 * Ports of 127.0.0.1 that nobody listens on just now. None is one the kernel gives to outgoing connections, which begin at
 * 32768: such a port may be gone when it is bound after a while, or again. No other process of the tests is given them, as
 * what is free here may be just what the other is about to bind.
 */
public final class FreePorts {
    /** How many a process has for itself. */
    static final int SHARE = 234;

    /** Above what fleets, the quickstart and the hosts of tests use. */
    private static final int FIRST = 29_000;

    private static final int SHARES = 16;

    private static final Share MINE = share();
    private static int next = MINE.first();

    private FreePorts() {}

    /** One that this process was not given lately, for it may not be bound yet. */
    public static synchronized int one() {
        int port = IntStream.concat(IntStream.range(next, MINE.end()), IntStream.range(MINE.first(), next))
                .filter(FreePorts::isFree)
                .findFirst()
                .orElseThrow(() ->
                        new IllegalStateException("no port is free from " + MINE.first() + " to " + (MINE.end() - 1)));
        next = port + 1;
        return port;
    }

    /** @param lock is let go of when nobody refers to it any more */
    private record Share(int number, FileChannel lock) {
        int first() {
            return FIRST + number * SHARE;
        }

        int end() {
            return first() + SHARE;
        }
    }

    /** The first that no process has; this one's until it ends. */
    private static Share share() {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        try {
            for (int share = 0; share < SHARES; share++) {
                FileChannel channel = FileChannel.open(
                        folder.resolve("datacapsule-ports-" + share + ".lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    return new Share(share, channel);
                }
                channel.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException(SHARES + " processes of tests use ports on this machine already");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (BindException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

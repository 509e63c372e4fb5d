package org.datacapsule.devkit.fleet;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Names and numbers that are the machine's and that one fleet at a time may use: libvirt network, bridge, addresses, ports.
 * They lie apart from those of the quickstart.
 */
final class Lane implements AutoCloseable {
    /** Pairs of ports. */
    static final int PORTS = 40;

    private static final int LANES = 16;
    private static final int FIRST_SSH = 23_000;
    private static final int FIRST_VNC = 6_200;
    private static final int FIRST_PORT = 28_000;
    private static final int ADDRESSES = 16;

    private final int number;
    private final FileChannel lock;

    private Lane(int number, FileChannel lock) {
        this.number = number;
        this.lock = lock;
    }

    /** The first that is free. */
    static Lane take() throws IOException {
        for (int number = 0; number < LANES; number++) {
            Path file = Path.of(System.getProperty("java.io.tmpdir"), "datacapsule-lane-" + number + ".lock");
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (isLocked(channel)) {
                return new Lane(number, channel);
            }
            channel.close();
        }
        throw new IllegalStateException(LANES + " fleets run on this machine already");
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Where to look for the ports of the programs themselves. */
    int firstPort() {
        return FIRST_PORT + number * PORTS;
    }

    String network() {
        return "dc_e2e_" + number;
    }

    String bridge() {
        return "dce2e" + number;
    }

    /** A /20 of its own. */
    String guests() {
        return "10.92." + number * ADDRESSES + ".0/20";
    }

    int sshFirst() {
        return FIRST_SSH + number * PORTS;
    }

    int vncFirst() {
        return FIRST_VNC + number * PORTS;
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}

package org.datacapsule.router.http;

import java.io.IOException;
import java.util.concurrent.Semaphore;

/** Files that come and go: slow clients hold a part of the slots at most. Any number of threads. */
final class Transfers {
    private final Semaphore slots;

    /** @param most how many requests run at once, of whatever kind */
    Transfers(int most) {
        this.slots = new Semaphore(Math.max(1, most / 4));
    }

    /** Takes a file in. */
    @FunctionalInterface
    interface Receiving<T> {
        T run() throws InterruptedException;
    }

    /** @throws org.datacapsule.common.error.ProblemException when as many as there may be come and go already */
    <T> T receive(Receiving<T> receiving) throws InterruptedException {
        if (!slots.tryAcquire()) {
            throw RunningRequests.unavailable(
                    "The server receives as many files as it can at once; try again in a moment.");
        }
        try {
            return receiving.run();
        } finally {
            slots.release();
        }
    }

    /** Sends a file and ends its answer. */
    void send(Exchange exchange, FileReply file) throws InterruptedException, IOException {
        if (!slots.tryAcquire()) {
            throw RunningRequests.unavailable(
                    "The server sends as many files as it can at once; try again in a moment.");
        }
        try {
            new FileTransfer(exchange, file).run();
        } finally {
            slots.release();
        }
    }
}

package org.datacapsule.campaign.simulated;

import java.util.concurrent.Semaphore;

/** A thread of a simulated process. Runs only while it has the floor. */
final class Party {
    final Life process;
    final String name;
    final Semaphore go = new Semaphore(0);
    Thread thread = Thread.currentThread();
    boolean isBegun;
    boolean isOver;
    /** Raised with each wait, so that a call meant for an earlier one is not taken for this. */
    long turn;

    Party(Life process, String name) {
        this.process = process;
        this.name = name;
    }

    @Override
    public String toString() {
        return process.name() + " " + name;
    }
}

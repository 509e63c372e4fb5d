package org.datacapsule.agent.libvirt;

import org.libvirt.Connect;
import org.libvirt.ErrorCallback;
import org.libvirt.Library;
import org.libvirt.LibvirtException;
import org.libvirt.jna.Libvirt.VirErrorCallback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * libvirt's own event loop, of which a process has one. It must run before the first connection is opened, or there are
 * neither events nor keep-alive.
 */
final class EventLoop {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    /** Errors reach us as exceptions; without this libvirt prints them as well. Native code holds it, so must we. */
    private static final VirErrorCallback SILENT = new Silence();

    private static boolean running;

    private EventLoop() {}

    static synchronized void ensureRunning() throws LibvirtException {
        if (running) {
            return;
        }
        Connect.setErrorCallback(SILENT);
        Library.initEventLoop();
        Thread.ofPlatform().daemon().name("libvirt-events").start(EventLoop::run);
        running = true;
    }

    private static void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                Library.runEventLoop();
            } catch (LibvirtException e) {
                LOG.atWarn().setCause(e).log("libvirt's event loop stumbled");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static final class Silence extends ErrorCallback {
        @Override
        public void errorCallback(com.sun.jna.Pointer userData, org.libvirt.jna.virError error) {
            // heard, and not printed
        }
    }
}

package org.datacapsule.agent.libvirt;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.datacapsule.agent.process.ProgramFailedException;
import org.datacapsule.agent.process.ProgramRunner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What libvirtd shows to other hosts, and whose call it refuses. It keeps that in memory; QEMU, qemu-nbd and libvirt's client read it
 * whenever they begin.
 */
public final class LibvirtTls {
    private static final Logger LOG = LoggerFactory.getLogger(LibvirtTls.class);
    /** So says a libvirtd that takes no calls of other hosts. */
    private static final String NO_CALLS = "no tls service found";

    private final ProgramRunner programs;
    private final AtomicBoolean isFailing = new AtomicBoolean();

    public LibvirtTls(ProgramRunner programs) {
        this.programs = programs;
    }

    /** Has libvirtd read its files again; answers whether it did, or has no need to. Connections that are open stay. */
    public boolean readAgain() {
        try {
            programs.run(List.of("virt-admin", "--connect", "libvirtd:///system", "server-update-tls", "libvirtd"));
            isFailing.set(false);
            return true;
        } catch (ProgramFailedException e) {
            if (e.lastWords().contains(NO_CALLS)) {
                return true;
            }
            if (!isFailing.getAndSet(true)) {
                LOG.atWarn()
                        .addKeyValue("cause", e.getMessage())
                        .log(
                                "libvirtd goes on with the certificate and the list of revoked ones that it has read; it is told again"
                                        + " until it reads them, and reads them when it is restarted");
            }
            return false;
        }
    }
}

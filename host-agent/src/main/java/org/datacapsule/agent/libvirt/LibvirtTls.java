package org.datacapsule.agent.libvirt;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.datacapsule.agent.hypervisor.HostCalls;
import org.datacapsule.agent.process.ProgramFailedException;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.common.id.HostId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What libvirtd shows to other hosts, and whose call it takes. It keeps that in memory; QEMU, qemu-nbd and libvirt's client read it
 * whenever they begin.
 */
public final class LibvirtTls implements HostCalls {
    private static final Logger LOG = LoggerFactory.getLogger(LibvirtTls.class);
    /** So says a libvirtd that takes no calls of other hosts. */
    private static final String NO_CALLS = "no tls service found";

    private static final Pattern CALLER = Pattern.compile("(?m)^\\s*(\\d+)\\s+tls\\s");
    private static final Pattern NAME = Pattern.compile("(?m)^tls_x509_dname\\s*:\\s*CN=(\\S+)\\s*$");

    private final ProgramRunner programs;
    private final AtomicBoolean isFailing = new AtomicBoolean();

    public LibvirtTls(ProgramRunner programs) {
        this.programs = programs;
    }

    /** One that takes no calls has nothing to read. */
    @Override
    public boolean readCertificates() {
        try {
            String unused = admin("server-update-tls");
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

    @Override
    public boolean end(List<HostId> hosts) {
        if (hosts.isEmpty()) {
            return true;
        }
        try {
            for (String id : callers(admin("client-list"))) {
                Optional<HostId> caller = name(admin("client-info", id)).filter(hosts::contains);
                if (caller.isPresent()) {
                    String unused = admin("client-disconnect", id);
                    LOG.atWarn()
                            .addKeyValue("hostId", caller.get())
                            .log("the connection of a host that was removed to this host's libvirt is ended");
                }
            }
            return true;
        } catch (ProgramFailedException e) {
            // Somebody may have left while they were looked at.
            LOG.atWarn()
                    .addKeyValue("cause", e.getMessage())
                    .log("libvirtd does not say who is connected; it is asked again");
            return false;
        }
    }

    /** Ids of those that call from elsewhere, as {@code client-list} shows them. */
    static List<String> callers(String list) {
        List<String> ids = new ArrayList<>();
        for (MatchResult found : CALLER.matcher(list).results().toList()) {
            ids.add(found.group(1));
        }
        return ids;
    }

    /** By the certificate it showed, as {@code client-info} has it; empty where that is none of a host's. */
    static Optional<HostId> name(String info) {
        Matcher found = NAME.matcher(info);
        try {
            return found.find() ? Optional.of(new HostId(found.group(1))) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private String admin(String verb, String... about) throws ProgramFailedException {
        List<String> words =
                new ArrayList<>(List.of("virt-admin", "--connect", "libvirtd:///system", verb, "libvirtd"));
        words.addAll(List.of(about));
        return programs.run(words);
    }
}

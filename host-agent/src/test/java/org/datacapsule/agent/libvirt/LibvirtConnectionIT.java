package org.datacapsule.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.datacapsule.agent.RealHost;
import org.junit.jupiter.api.Test;
import org.libvirt.Network;

/** A connection to this machine's libvirt, past its end. */
class LibvirtConnectionIT {
    private static final LibvirtConfig CONFIG =
            new LibvirtConfig("qemu:///system", WantedAcceleration.AUTO, "127.0.0.1");

    @Test
    void aClosedConnectionHearsOfNoGuestAnyMore() throws Exception {
        AtomicInteger heardByClosed = new AtomicInteger();
        AtomicInteger heardByOpen = new AtomicInteger();
        try (RealHost host = new RealHost();
                LibvirtConnection open = new LibvirtConnection(CONFIG)) {
            host.network.ensure();
            open.onDomainEvent(heardByOpen::incrementAndGet);
            try (LibvirtConnection closed = new LibvirtConnection(CONFIG)) {
                closed.onDomainEvent(heardByClosed::incrementAndGet);
                // Whatever is not freed keeps the connection open behind our back.
                Network held = closed.call(libvirt -> libvirt.networkLookupByName(RealHost.NETWORK));
                assertThat(held.getName()).isEqualTo(RealHost.NETWORK);
                liveAndEnd(host);
                await().atMost(Duration.ofSeconds(20)).until(() -> heardByClosed.get() > 0 && heardByOpen.get() > 0);
            }
            int before = heardByClosed.get();
            int alreadyHeard = heardByOpen.get();

            liveAndEnd(host);

            await().atMost(Duration.ofSeconds(20)).until(() -> heardByOpen.get() > alreadyHeard);
            assertThat(heardByClosed).hasValue(before);
        }
    }

    private static void liveAndEnd(RealHost host) throws Exception {
        UUID domain = UUID.randomUUID();
        Path xml = Files.writeString(host.folder.resolve(domain + ".xml"), """
                <domain type='qemu'><name>%1$s</name><uuid>%1$s</uuid><memory unit='MiB'>64</memory>
                <os><type arch='x86_64' machine='pc'>hvm</type></os></domain>
                """.formatted(domain));
        host.programsRun("virsh", "-c", "qemu:///system", "create", xml.toString());
        host.programsRun("virsh", "-c", "qemu:///system", "destroy", domain.toString());
    }
}

package org.datacapsule.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import org.datacapsule.common.id.HostId;
import org.junit.jupiter.api.Test;

/** What virt-admin of libvirt 9.0 prints. */
class LibvirtTlsTest {
    @Test
    void whoCallsFromElsewhereIsKnownByTheCertificateItShowed() {
        String list = """
                 Id   Transport   Connected since
                --------------------------------------------
                 4    unix        2026-11-22 12:32:40+0000
                 7    tls         2026-11-22 12:33:07+0000
                 12   tls         2026-11-22 12:33:09+0000

                """;
        String info = """
                id             : 7
                connection_time: 2026-11-22 12:33:07+0000
                transport      : tls
                readonly       : no
                sock_addr      : 10.77.0.13:35526
                tls_x509_dname : CN=%s

                """;

        assertThat(LibvirtTls.callers(list)).containsExactly("7", "12");
        assertThat(LibvirtTls.name(info.formatted("host-3.example"))).contains(new HostId("host-3.example"));
        assertThat(LibvirtTls.name(info.formatted("h3,O=others"))).isEmpty();
        assertThat(LibvirtTls.name("id : 4\ntransport : unix\n")).isEmpty();
    }
}

package org.datacapsule.common.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GuestNetworkTest {

    @Test
    void theFirstAddressIsTheHostsAndGuestsComeAfterTheReservedOnes() {
        GuestNetwork network = GuestNetwork.parse("10.90.0.0/16");

        assertThat(network.gateway()).isEqualTo("10.90.0.1");
        assertThat(network.netmask()).isEqualTo("255.255.0.0");
        assertThat(network.firstAddress()).isEqualTo("10.90.0.16");
        assertThat(network.lastAddress()).isEqualTo("10.90.255.254");
        assertThat(network.address(0)).isEqualTo(new GuestAddress("52:54:00:00:00:00", "10.90.0.16"));
        assertThat(network.address(300)).isEqualTo(new GuestAddress("52:54:00:00:01:2c", "10.90.1.60"));
        assertThat(network.cidr()).isEqualTo("10.90.0.0/16");
    }

    @Test
    void everySlotHasAnAddressOfItsOwnAndNoneIsTheBroadcast() {
        GuestNetwork network = GuestNetwork.parse("192.168.7.64/26");
        Set<GuestAddress> addresses = new HashSet<>();
        for (int slot = 0; slot < network.slots(); slot++) {
            addresses.add(network.address(slot));
        }

        assertThat(addresses).hasSize(network.slots()).hasSize(47);
        assertThat(network.address(network.slots() - 1).ipv4())
                .isEqualTo(network.lastAddress())
                .isEqualTo("192.168.7.126");
        assertThatIllegalArgumentException().isThrownBy(() -> network.address(network.slots()));
        assertThatIllegalArgumentException().isThrownBy(() -> network.address(-1));
    }

    @Test
    void whatIsNoUsableNetworkIsRefused() {
        for (String text : List.of(
                "", "10.90.0.0", "10.90.0.0/11", "10.90.0.0/27", "10.90.0.1/16", "10.256.0.0/16", "fe80::/64")) {
            assertThatIllegalArgumentException().as(text).isThrownBy(() -> GuestNetwork.parse(text));
        }
    }
}

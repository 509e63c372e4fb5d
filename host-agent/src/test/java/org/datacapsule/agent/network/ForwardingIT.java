package org.datacapsule.agent.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.datacapsule.agent.process.ProgramFailedException;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.common.wire.GuestNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The table as nft has it, with a name and a bridge of its own. Needs root. */
class ForwardingIT {
    private static final String TABLE = "dcf_it";
    private static final String ANN = "10.91.8.17";
    private static final String BEN = "10.91.8.18";
    private static final int PORT = 24_901;
    private static final int OTHER = 24_902;

    private final ProgramRunner programs = new ProgramRunner(Duration.ofSeconds(30));
    private final Forwarding forwarding = new Forwarding(
            new NetworkConfig(TABLE, TABLE, GuestNetwork.parse("10.91.8.0/24"), "127.0.0.1", Path.of("."), List.of()),
            programs);

    @BeforeEach
    void make() {
        forwarding.ensure();
    }

    @AfterEach
    void remove() throws ProgramFailedException {
        programs.run(List.of("nft", "delete", "table", "inet", TABLE));
    }

    @Test
    void aPortThatIsOpenedLeadsToItsGuest() throws Exception {
        forwarding.open(PORT, ANN);
        forwarding.open(OTHER, BEN);

        assertThat(forwarding.ports()).isEqualTo(Map.of(PORT, ANN, OTHER, BEN));
        assertThat(list("set", "ssh_open")).contains(". " + PORT, ". " + OTHER);
    }

    @Test
    void openedAgainItKeepsItsEpochAndSoItsConnections() throws Exception {
        forwarding.open(PORT, ANN);
        forwarding.endConnections(PORT);
        String before = list("map", "ssh_epoch");

        forwarding.open(PORT, ANN);

        assertThat(list("map", "ssh_epoch")).isEqualTo(before).contains(PORT + " : 0x00000002");
        assertThat(forwarding.ports()).isEqualTo(Map.of(PORT, ANN));
    }

    @Test
    void aPortThatLedToAnotherGuestLeadsThereNoLonger() {
        forwarding.open(PORT, ANN);

        forwarding.open(PORT, BEN);

        assertThat(forwarding.ports()).isEqualTo(Map.of(PORT, BEN));
    }

    @Test
    void anOlderPortOfTheGuestIsClosed() throws Exception {
        forwarding.open(PORT, ANN);
        forwarding.endConnections(PORT);

        forwarding.open(OTHER, ANN);

        assertThat(forwarding.ports()).isEqualTo(Map.of(OTHER, ANN));
        assertThat(list("set", "ssh_open")).doesNotContain(". " + PORT);
    }

    @Test
    void aPortIsOpenedInATableThatSomebodyRemoved() throws Exception {
        remove();

        forwarding.open(PORT, ANN);

        assertThat(forwarding.ports()).isEqualTo(Map.of(PORT, ANN));
        assertThat(list("table", "")).contains("chain through");
    }

    @Test
    void aClosedPortIsGone() {
        forwarding.open(PORT, ANN);

        forwarding.close(PORT, ANN);
        forwarding.close(PORT, ANN);

        assertThat(forwarding.ports()).isEmpty();
    }

    private String list(String kind, String name) throws ProgramFailedException {
        return name.isEmpty()
                ? programs.run(List.of("nft", "-n", "list", kind, "inet", TABLE))
                : programs.run(List.of("nft", "-n", "list", kind, "inet", TABLE, name));
    }
}

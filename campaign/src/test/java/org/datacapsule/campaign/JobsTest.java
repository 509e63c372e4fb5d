package org.datacapsule.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import org.datacapsule.campaign.Jobs.Share;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class JobsTest {

    @Test
    void everySeedIsPlayedOnce() {
        assertThat(Jobs.shares(5, 7, 3)).containsExactly(new Share(5, 3), new Share(8, 2), new Share(10, 2));
    }

    @Test
    void noJobHasNothingToDo() {
        assertThat(Jobs.shares(1, 2, 8)).containsExactly(new Share(1, 1), new Share(2, 1));
    }

    @Test
    void whatCannotBeSharedIsRefused() {
        assertThat(new CommandLine(new CampaignMain.Simulated()).execute("--jobs", "0"))
                .isEqualTo(CommandLine.ExitCode.USAGE);
    }
}

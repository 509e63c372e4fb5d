package org.datacapsule.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.datacapsule.devkit.campaign.RealCampaign;
import org.datacapsule.devkit.check.Breach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A short campaign of faults from a fixed seed; {@code scripts/campaign real} has longer ones. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class CampaignStory {
    private static final int STEPS = 16;
    private static final long SEED = 1;

    @RegisterExtension
    static final Story STORY = new Story();

    private final List<String> happened = Collections.synchronizedList(new ArrayList<>());
    private RealCampaign campaign;

    @BeforeAll
    void begin() {
        RunningTestbed testbed = WholeFleetIT.TESTBED;
        campaign = new RealCampaign(testbed.get(), testbed.hosts(), testbed.routers(), SEED, happened::add);
    }

    @Test
    @Order(1)
    void allProgramsAreRestartedUnderLoadAndNothingIsLost() throws Exception {
        assertAllIsWell(campaign.restartAll(WholeFleetIT.TESTBED.routers()));
    }

    @Test
    @Order(2)
    void noRuleIsBrokenWhateverStrikes(TestReporter reporter) throws Exception {
        List<Breach> breaches = campaign.run(STEPS);
        reporter.publishEntry("what happened", String.join("\n", happened));
        assertAllIsWell(breaches);
    }

    private void assertAllIsWell(List<Breach> breaches) {
        assertThat(breaches)
                .as(() -> "scripts/campaign real --seed " + SEED + ":\n" + String.join("\n", happened) + "\n")
                .isEmpty();
    }
}

package org.datacapsule.campaign.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.datacapsule.campaign.check.Breach;
import org.datacapsule.devkit.fleet.Testbed;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * A short campaign from a fixed seed on a testbed; {@code scripts/campaign real} has longer ones. It takes three minutes of a
 * machine with two processors, so it is asked for: {@code scripts/test -Dcampaign.real=true}.
 */
@EnabledIfSystemProperty(named = "campaign.real", matches = "true")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RealCampaignIT {
    private static final int HOSTS = 3;
    private static final int ROUTERS = 2;
    private static final int STEPS = 16;
    private static final long SEED = 1;

    private Testbed testbed;
    private RealCampaign campaign;

    @BeforeAll
    void up() throws Exception {
        testbed = Testbed.up(HOSTS, ROUTERS);
        campaign = new RealCampaign(testbed, HOSTS, ROUTERS, SEED, System.out::println);
    }

    @AfterAll
    void down() throws Exception {
        testbed.close();
    }

    @Test
    @Order(1)
    void allProgramsAreRestartedUnderLoadAndNothingIsLost() throws Exception {
        assertAllIsWell(campaign.restartAll(ROUTERS));
    }

    @Test
    @Order(2)
    void noRuleIsBrokenWhateverStrikes() throws Exception {
        assertAllIsWell(campaign.run(STEPS));
    }

    private void assertAllIsWell(List<Breach> breaches) throws Exception {
        if (!breaches.isEmpty()) {
            System.out.println(testbed.logs());
        }
        assertThat(breaches).as("scripts/campaign real --seed " + SEED).isEmpty();
    }
}

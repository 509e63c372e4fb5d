package org.datacapsule.campaign.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.datacapsule.campaign.simulated.SimulatedCampaign.Outcome;
import org.datacapsule.devkit.DevPostgres;
import org.datacapsule.devkit.check.Rule;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs from fixed seeds; {@code scripts/campaign simulated} has others. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SimulatedCampaignIT {
    private static final int RUNS = 12;
    /** By then a broken rule has shown. */
    private static final int RUNS_TO_NOTICE = 30;

    private DevPostgres postgres;
    private SimulatedCampaign campaign;

    @BeforeAll
    void open() throws Exception {
        SimulatedCampaign.prepareJvm();
        postgres = DevPostgres.temporary();
        campaign = SimulatedCampaign.open(postgres, "simulated");
    }

    @AfterAll
    void close() throws Exception {
        campaign.close();
        postgres.close();
    }

    @Test
    void noRuleIsBrokenWhateverStrikes() throws Exception {
        for (long seed = 1; seed <= RUNS; seed++) {
            Outcome outcome = campaign.run(seed);
            assertThat(outcome.breaches())
                    .as("scripts/campaign simulated --runs 1 --trace --seed " + seed)
                    .isEmpty();
        }
    }

    @Test
    void aSeedIsAlwaysTheSameRun() throws Exception {
        assertThat(campaign.run(7).trace()).isEqualTo(campaign.run(7).trace());
        assertThat(campaign.run(7).trace()).isNotEqualTo(campaign.run(8).trace());
    }

    /** Each with a seed that is known to show it. */
    static Stream<Arguments> sabotages() {
        return Stream.of(
                arguments(1L, Rule.NO_LEAK_ON_HOSTS, "files stay", Sabotage.without("delete")),
                arguments(1L, Rule.NO_LEAK_ON_HOSTS, "an address stays", Sabotage.without("releaseLease")),
                arguments(1L, Rule.NO_LEAK_ON_HOSTS, "a way in stays", Sabotage.without("closeSsh")),
                arguments(7L, Rule.ONE_HOME, "a guest stays", Sabotage.without("destroy")),
                arguments(
                        4L,
                        Rule.DATA_STAYS_IN,
                        "a switch has no receipt",
                        Sabotage.inRows("before insert on mode_receipt", "return null;")),
                arguments(
                        1L,
                        Rule.NO_LEAK_IN_ROWS,
                        "ports stay held",
                        Sabotage.inRows(
                                "before update on host_port",
                                "return case when new.capsule_id is null then null else new end;")),
                arguments(
                        1L,
                        Rule.NO_LEAK_IN_ROWS,
                        "an address stays held",
                        Sabotage.inRows(
                                "before update on guest_slot",
                                "return case when new.capsule_id is null then null else new end;")),
                arguments(
                        3L,
                        Rule.EXACTLY_ONCE,
                        "an acknowledged command is forgotten",
                        Sabotage.inRows(
                                "before insert on operation",
                                "if new.kind = 'STOP' then return null; end if; return new;")),
                arguments(
                        2L,
                        Rule.EXACTLY_ONCE,
                        "a failure has no cause",
                        Sabotage.inRows(
                                "before update on operation",
                                "if new.state = 'FAILED' or new.state = 'CANCELLED' then new.error_code := null; end if; return new;")),
                arguments(
                        1L,
                        Rule.EXACTLY_ONCE,
                        "a command is carried out twice",
                        Sabotage.inRows(
                                "after insert on operation",
                                "if new.kind = 'LAUNCH' and new.request_id <> 'twice' then insert into operation (id, capsule_id,"
                                        + " kind, state, sequence, generation, host_id, requested_by, request_id, deadline, finished_at)"
                                        + " values (gen_random_uuid(), new.capsule_id, 'LAUNCH', 'SUCCEEDED', new.sequence + 1000,"
                                        + " new.generation, new.host_id, 'ada', 'twice', new.deadline, now());"
                                        + " end if; return null;")),
                arguments(
                        1L,
                        Rule.NOTHING_PENDING,
                        "an end is never written down",
                        Sabotage.inRows(
                                "before update on operation",
                                "if new.kind = 'LAUNCH' and new.state in ('SUCCEEDED', 'FAILED') then new.state := 'RUNNING'; end if; return new;")),
                arguments(
                        1L,
                        Rule.NOTHING_PENDING,
                        "what a host made is not written down",
                        Sabotage.inRows(
                                "before update on image",
                                "if new.sha256 is distinct from old.sha256 then return null; end if; return new;")),
                arguments(
                        1L,
                        Rule.GENERATIONS_GROW,
                        "a generation goes back",
                        Sabotage.inRows(
                                "before update on capsule",
                                "if new.generation > old.generation then new.generation := old.generation - 1; end if; return new;")),
                arguments(
                        1L,
                        Rule.AUDITED,
                        "an end is not audited",
                        Sabotage.inRows(
                                "before insert on audit",
                                "if new.outcome = 'SUCCEEDED' then return null; end if; return new;")),
                arguments(
                        1L,
                        Rule.QUOTA,
                        "a capsule takes more than was asked for",
                        Sabotage.inRows("before insert on capsule", "new.vcpus := new.vcpus + 9; return new;")),
                arguments(
                        1L,
                        Rule.QUOTA,
                        "what is deleted still counts",
                        Sabotage.inRows(
                                "before update on capsule",
                                "if new.state = 'DELETED' then new.state := 'SHUTDOWN'; end if; return new;")),
                arguments(
                        8L,
                        Rule.RESULTS,
                        "a result is lost",
                        Sabotage.inRows("before insert on result", "return null;")),
                arguments(
                        8L,
                        Rule.RESULTS,
                        "a result is there twice",
                        Sabotage.inRows(
                                "after insert on result",
                                "if new.comment is null then insert into result (id, capsule_id, bytes, sha256, asked_at, status,"
                                        + " files, comment) values (gen_random_uuid(), new.capsule_id, new.bytes, new.sha256,"
                                        + " new.asked_at, 'PENDING', new.files, 'twice'); end if; return null;")),
                arguments(
                        8L,
                        Rule.RESULTS,
                        "nobody's approval is written down",
                        Sabotage.inRows("before insert on result_vote", "return null;")),
                arguments(
                        8L,
                        Rule.RESULTS,
                        "a result is released by itself",
                        Sabotage.inRows(
                                "before insert on result",
                                "if new.status = 'PENDING' then new.status := 'RELEASED'; new.decided_at := now(); end if; return new;")),
                arguments(10L, Rule.ONE_HOME, "a host that counts as off runs on", Sabotage.without("powerOff")),
                arguments(3L, Rule.ONE_HOME, "a host that is back keeps what was given away", Sabotage.without("obey")),
                arguments(
                        2L,
                        Rule.ONE_HOME,
                        "a host that is not fenced is evacuated",
                        Sabotage.inRows(
                                "before insert on evacuation",
                                "update host set fence_state = null where id = new.from_host; return new;")));
    }

    /** A rule of which nobody would notice that it is broken is none. */
    @ParameterizedTest(name = "{1} when {2}")
    @MethodSource("sabotages")
    void whatIsBrokenOnPurposeIsNoticed(long first, Rule rule, String what, Sabotage sabotage) throws Exception {
        for (long seed = first; seed < first + RUNS_TO_NOTICE; seed++) {
            if (campaign.run(seed, sabotage).breaches().stream().anyMatch(breach -> breach.rule() == rule)) {
                return;
            }
        }
        throw new AssertionError("nobody noticed in " + RUNS_TO_NOTICE + " runs that " + what);
    }
}

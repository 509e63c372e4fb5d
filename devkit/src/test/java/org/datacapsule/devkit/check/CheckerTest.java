package org.datacapsule.devkit.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.datacapsule.devkit.check.Asked.Answer;
import org.datacapsule.devkit.check.HostView.Guest;
import org.datacapsule.devkit.check.Rows.Capsule;
import org.datacapsule.devkit.check.Rows.HeldPorts;
import org.datacapsule.devkit.check.Rows.Image;
import org.datacapsule.devkit.check.Rows.Operation;
import org.junit.jupiter.api.Test;

class CheckerTest {
    private static final UUID CAPSULE = new UUID(0, 1);
    private static final UUID LAUNCH = new UUID(0, 2);
    private static final HostView HOME = host("h1", new Guest(3, false));
    private static final HostView OTHER =
            new HostView("h2", Map.of(), Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), Set.of());
    private static final Capsule RUNNING = capsule("RUNNING", "MAINTENANCE");
    private static final Operation LAUNCHED = operation("SUCCEEDED", Optional.empty());
    private static final Asked ASKED = new Asked("key", "ada", "launchvm", 1, new Answer.Began(List.of(LAUNCH)));

    @Test
    void aFleetThatIsAsItShouldBeIsGood() {
        assertThat(rules(RUNNING, LAUNCHED, List.of(HOME, OTHER), ASKED)).isEmpty();
    }

    @Test
    void aGuestRunsOnOneHost() {
        assertThat(rules(RUNNING, LAUNCHED, List.of(HOME, host("h2", new Guest(3, false))), ASKED))
                .contains(Rule.ONE_HOME, Rule.NO_LEAK_ON_HOSTS);
    }

    @Test
    void whatRunsHasAGuest() {
        HostView without =
                new HostView("h1", Map.of(), HOME.files(), HOME.leases(), HOME.ways(), Set.of(), Set.of(), Set.of());

        assertThat(rules(RUNNING, LAUNCHED, List.of(without, OTHER), ASKED)).containsExactly(Rule.ONE_HOME);
    }

    @Test
    void whatIsShutDownHasNone() {
        assertThat(rules(capsule("SHUTDOWN", "NOT_DEFINED"), LAUNCHED, List.of(HOME, OTHER), ASKED))
                .containsExactly(Rule.ONE_HOME);
    }

    @Test
    void theNetworkIsAsTheModeSays() {
        assertThat(rules(capsule("RUNNING", "SECURE"), LAUNCHED, List.of(HOME, OTHER), ASKED))
                .containsExactly(Rule.DATA_STAYS_IN);
    }

    @Test
    void aGuestIsOfItsRowsGeneration() {
        assertThat(rules(RUNNING, LAUNCHED, List.of(host("h1", new Guest(2, false)), OTHER), ASKED))
                .containsExactly(Rule.GENERATIONS_GROW);
    }

    @Test
    void nothingIsPending() {
        assertThat(rules(
                        capsule("LAUNCH_PENDING", "NOT_DEFINED"),
                        operation("QUEUED", Optional.empty()),
                        List.of(HOME, OTHER),
                        ASKED))
                .contains(Rule.NOTHING_PENDING);
    }

    @Test
    void aFailureSaysWhy() {
        assertThat(rules(RUNNING, operation("FAILED", Optional.empty()), List.of(HOME, OTHER), ASKED))
                .containsExactly(Rule.EXACTLY_ONCE);
        assertThat(rules(RUNNING, operation("FAILED", Optional.of("host.disk-full")), List.of(HOME, OTHER), ASKED))
                .isEmpty();
    }

    @Test
    void aFailureNobodyForesawIsAMistake() {
        assertThat(rules(RUNNING, operation("FAILED", Optional.of("internal")), List.of(HOME, OTHER), ASKED))
                .containsExactly(Rule.NO_SURPRISE);
    }

    @Test
    void whatWasRefusedHasNoEffect() {
        Asked refused = new Asked("key", "ada", "launchvm", 1, new Answer.Refused("capsule.invalid-state"));

        assertThat(rules(RUNNING, LAUNCHED, List.of(HOME, OTHER), refused)).containsExactly(Rule.EXACTLY_ONCE);
    }

    @Test
    void whatGotNoAnswerMayHaveHadAnEffect() {
        Asked unknown = new Asked("key", "ada", "launchvm", 1, new Answer.Unknown());

        assertThat(rules(RUNNING, LAUNCHED, List.of(HOME, OTHER), unknown)).isEmpty();
    }

    @Test
    void aDrainThatWasSentAgainMayHaveBegunWhatItsAnswerDoesNotName() {
        Asked once = new Asked("key", "ada", "drainHost", 1, new Answer.Done());
        Asked twice = new Asked("key", "ada", "drainHost", 2, new Answer.Done());

        assertThat(rules(RUNNING, LAUNCHED, List.of(HOME, OTHER), once)).containsExactly(Rule.EXACTLY_ONCE);
        assertThat(rules(RUNNING, LAUNCHED, List.of(HOME, OTHER), twice)).isEmpty();
    }

    @Test
    void whatWasAcknowledgedIsThere() {
        Asked other = new Asked("key", "ada", "stopvm", 1, new Answer.Began(List.of(new UUID(0, 9))));

        assertThat(rules(RUNNING, LAUNCHED, List.of(HOME, OTHER), other)).contains(Rule.EXACTLY_ONCE);
    }

    @Test
    void anImageEndsWithWhatMakesIt() {
        assertThat(rules(new Image(CAPSULE, "SHARE_PENDING", true, Optional.empty(), "SUCCEEDED")))
                .isEmpty();
        assertThat(rules(new Image(CAPSULE, "ERROR", false, Optional.of("full"), "FAILED")))
                .isEmpty();
        assertThat(rules(new Image(CAPSULE, "SHARE_PENDING", false, Optional.empty(), "FAILED")))
                .containsExactlyInAnyOrder(Rule.NOTHING_PENDING, Rule.EXACTLY_ONCE);
        assertThat(rules(new Image(CAPSULE, "ERROR", false, Optional.empty(), "CANCELLED")))
                .containsExactly(Rule.EXACTLY_ONCE);
        assertThat(rules(new Image(CAPSULE, "ERROR", false, Optional.of("lost"), "SUCCEEDED")))
                .containsExactly(Rule.EXACTLY_ONCE);
    }

    private static Set<Rule> rules(Image image) {
        return rules(RUNNING, LAUNCHED, List.of(HOME, OTHER), ASKED, List.of(image));
    }

    private static Set<Rule> rules(Capsule capsule, Operation operation, List<HostView> hosts, Asked asked) {
        return rules(capsule, operation, hosts, asked, List.of());
    }

    private static Set<Rule> rules(
            Capsule capsule, Operation operation, List<HostView> hosts, Asked asked, List<Image> images) {
        Rows rows = new Rows(
                List.of(capsule),
                List.of(operation),
                List.of(new HeldPorts(CAPSULE, "h1", 20_001, 5_901)),
                List.of(CAPSULE),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                images);
        return Checker.check(rows, hosts, List.of(asked)).stream()
                .map(Breach::rule)
                .collect(Collectors.toSet());
    }

    private static HostView host(String id, Guest guest) {
        Set<UUID> own = Set.of(CAPSULE);
        return new HostView(id, Map.of(CAPSULE, guest), own, own, own, Set.of(), Set.of(), Set.of());
    }

    private static Capsule capsule(String state, String mode) {
        return new Capsule(CAPSULE, state, mode, "h1", 20_001, 5_901, 3, "ada", new Use(1, 1024, 10));
    }

    private static Operation operation(String state, Optional<String> error) {
        int ended = state.equals("QUEUED") ? 0 : 1;
        return new Operation(LAUNCH, CAPSULE, "LAUNCH", state, "ada", error, false, 0, 1, ended);
    }
}

package org.datacapsule.devkit.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.datacapsule.devkit.check.ResultsSaid.Decided;
import org.datacapsule.devkit.check.ResultsSaid.Handed;
import org.datacapsule.devkit.check.Rows.Result;
import org.junit.jupiter.api.Test;

class ResultsTest {
    private static final UUID ID = new UUID(0, 1);
    private static final UUID CAPSULE = new UUID(0, 2);
    private static final String BYTES = "ab";
    private static final ResultsSaid HANDED = said(List.of(), List.of());

    @Test
    void whatWasTakenIsThereOnce() {
        assertThat(rules(List.of(pending(ID)), host(Set.of(), Set.of()), HANDED))
                .isEmpty();
        assertThat(rules(List.of(), host(Set.of(), Set.of()), HANDED)).containsExactly(Rule.RESULTS);
        assertThat(rules(List.of(pending(ID), pending(new UUID(0, 3))), host(Set.of(), Set.of()), HANDED))
                .containsExactly(Rule.RESULTS);
    }

    @Test
    void whatNobodyTakesIsKeptOnItsHost() {
        assertThat(rules(List.of(), host(Set.of(), Set.of(ID)), HANDED)).isEmpty();
    }

    @Test
    void nothingIsShippedForEver() {
        assertThat(rules(List.of(pending(ID)), host(Set.of(ID), Set.of()), HANDED))
                .containsExactly(Rule.NOTHING_PENDING);
    }

    @Test
    void whatIsReleasedWasDecidedOn() {
        Result released = new Result(ID, CAPSULE, BYTES, "RELEASED", 1);
        ResultsSaid decided = said(List.of(new Decided(ID, "rev", "Released")), List.of());

        assertThat(rules(List.of(released), host(Set.of(), Set.of()), decided)).isEmpty();
        assertThat(rules(List.of(released), host(Set.of(), Set.of()), HANDED)).containsExactly(Rule.RESULTS);
        assertThat(rules(List.of(new Result(ID, CAPSULE, BYTES, "RELEASED", 0)), host(Set.of(), Set.of()), decided))
                .containsExactly(Rule.RESULTS);
    }

    @Test
    void whatWasNotReleasedCannotBeFetched() {
        assertThat(rules(List.of(pending(ID)), host(Set.of(), Set.of()), said(List.of(), List.of(ID))))
                .containsExactly(Rule.RESULTS);
    }

    private static List<Rule> rules(List<Result> results, HostView host, ResultsSaid said) {
        Rows rows = new Rows(
                List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), results, List.of());
        return Results.check(rows, List.of(host), said).stream()
                .map(Breach::rule)
                .toList();
    }

    private static Result pending(UUID id) {
        return new Result(id, CAPSULE, BYTES, "PENDING", 0);
    }

    private static ResultsSaid said(List<Decided> decided, List<UUID> fetched) {
        return new ResultsSaid(List.of(new Handed(ID, BYTES)), decided, fetched);
    }

    private static HostView host(Set<UUID> spooled, Set<UUID> refused) {
        return new HostView("h1", Map.of(), Set.of(), Set.of(), Set.of(), Set.of(), spooled, refused);
    }
}

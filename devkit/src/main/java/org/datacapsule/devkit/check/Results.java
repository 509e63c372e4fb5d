package org.datacapsule.devkit.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.datacapsule.devkit.check.ResultsSaid.Decided;
import org.datacapsule.devkit.check.ResultsSaid.Handed;
import org.datacapsule.devkit.check.Rows.Result;

/** Judges what became of the results that guests handed in, all hosts being up and at rest. Pure. */
public final class Results {
    private static final String RELEASED = "Released";

    private Results() {}

    /** What is wrong; empty when nothing is. */
    public static List<Breach> check(Rows rows, List<HostView> hosts, ResultsSaid said) {
        List<Breach> breaches = new ArrayList<>();
        Map<UUID, Result> known = new HashMap<>();
        Map<String, Integer> shown = new HashMap<>();
        for (Result result : rows.results()) {
            known.put(result.id(), result);
            shown.merge(result.sha256(), 1, Integer::sum);
        }
        shown.forEach((sha256, times) -> {
            if (times > 1) {
                breaches.add(new Breach(Rule.RESULTS, "what has sha256 " + sha256 + " is there " + times + " times"));
            }
        });
        Set<UUID> kept = new HashSet<>();
        hosts.forEach(host -> kept.addAll(host.refused()));
        for (Handed handed : said.handed()) {
            Result result = known.get(handed.id());
            if (result == null) {
                if (!kept.contains(handed.id())) {
                    breaches.add(new Breach(
                            Rule.RESULTS, "result " + handed.id() + " was taken from its guest and is nowhere"));
                }
            } else if (!result.sha256().equals(handed.sha256())) {
                breaches.add(new Breach(Rule.RESULTS, "result " + handed.id() + " is not what its guest handed in"));
            }
        }
        for (HostView host : hosts) {
            host.spooled()
                    .forEach(id -> breaches.add(
                            new Breach(Rule.NOTHING_PENDING, "host " + host.id() + " still ships result " + id)));
        }
        decisions(rows, said, breaches);
        return breaches;
    }

    private static void decisions(Rows rows, ResultsSaid said, List<Breach> breaches) {
        Set<UUID> asked = new HashSet<>();
        said.decided().stream()
                .filter(decided -> decided.to().equals(RELEASED))
                .map(Decided::id)
                .forEach(asked::add);
        for (Result result : rows.results()) {
            boolean wasReleased =
                    result.status().equals("RELEASED") || result.status().equals("REVOKED");
            if (wasReleased && (result.approvals() == 0 || !asked.contains(result.id()))) {
                breaches.add(new Breach(
                        Rule.RESULTS,
                        "result " + result.id() + " is " + result.status() + " and nobody decided to release it"));
            }
        }
        said.fetched().stream()
                .filter(id -> !asked.contains(id))
                .forEach(id -> breaches.add(
                        new Breach(Rule.RESULTS, "result " + id + " could be fetched and was never released")));
    }
}

package org.datacapsule.devkit.check;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.datacapsule.devkit.check.Rows.Capsule;
import org.datacapsule.devkit.check.Rows.Operation;

/** Judges what counts against quotas. Pure. */
public final class Quotas {

    private Quotas() {}

    /** What is wrong; empty when nothing is. */
    public static List<Breach> check(Rows rows, List<QuotaSaid> said) {
        List<Breach> breaches = new ArrayList<>();
        for (QuotaSaid one : said) {
            Use used = rows.capsules().stream()
                    .filter(capsule -> !capsule.isDeleted() && capsule.owner().equals(one.user()))
                    .map(Capsule::use)
                    .reduce(Use.NOTHING, Use::and);
            if (!used.equals(one.used())) {
                breaches.add(new Breach(
                        Rule.QUOTA,
                        "user " + one.user() + " is said to use " + one.used() + ", and the rows sum up to " + used));
            }
        }
        Set<UUID> deleted = new HashSet<>();
        rows.operations().stream()
                .filter(operation ->
                        operation.kind().equals("DELETE") && operation.state().equals("SUCCEEDED"))
                .map(Operation::capsule)
                .forEach(deleted::add);
        rows.capsules().stream()
                .filter(capsule -> deleted.contains(capsule.id()) && !capsule.isDeleted())
                .forEach(capsule -> breaches.add(new Breach(
                        Rule.QUOTA,
                        "capsule " + capsule.id() + " was deleted, is " + capsule.state() + " and holds quota of "
                                + capsule.owner())));
        return breaches;
    }
}

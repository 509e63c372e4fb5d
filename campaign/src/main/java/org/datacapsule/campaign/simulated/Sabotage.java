package org.datacapsule.campaign.simulated;

import java.util.Set;

/**
 * A rule broken on purpose, to see that it is noticed.
 *
 * @param verbs of hosts that say they have done it and have not
 * @param begin statements that make the database do wrong
 * @param end statements that make it do right again
 */
public record Sabotage(Set<String> verbs, String begin, String end) {
    /** All does what it should. */
    public static final Sabotage NONE = new Sabotage(Set.of(), "", "");

    public Sabotage {
        verbs = Set.copyOf(verbs);
    }

    /** A host's verb, such as {@code closeSsh}, that has no effect. */
    public static Sabotage without(String verb) {
        return new Sabotage(Set.of(verb), "", "");
    }

    /**
     * A statement of the routers that comes to something else.
     *
     * @param when such as {@code before update on operation}
     * @param body of a trigger, in PL/pgSQL
     */
    public static Sabotage inRows(String when, String body) {
        String table = when.substring(when.lastIndexOf(' ') + 1);
        return new Sabotage(
                Set.of(),
                "create function clock.sabotage() returns trigger language plpgsql as $$ begin " + body + " end $$;"
                        + "create trigger a_sabotage " + when + " for each row execute function clock.sabotage()",
                "drop trigger a_sabotage on " + table + "; drop function clock.sabotage()");
    }
}

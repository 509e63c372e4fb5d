package org.datacapsule.devkit.check;

/** Something that is not as a rule has it. */
public record Breach(Rule rule, String what) {
    @Override
    public String toString() {
        return rule + ": " + what;
    }
}

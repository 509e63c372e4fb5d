package org.datacapsule.agent.result;

import org.datacapsule.agent.config.ResultsConfig;

/** Why something a guest sent is not taken. */
enum Refusal {
    NO_BEGINNING,
    DAMAGED,
    EMPTY,
    TOO_LARGE,
    TOO_MANY,
    NO_ROOM,
    NOT_STORED;

    private static final long MIB = 1L << 20;

    /** For the researcher at the guest's screen. The guest's command tries anew where they begin with "start again". */
    String words(ResultsConfig limits) {
        return switch (this) {
            case NO_BEGINNING -> "start again: the host has not seen the beginning";
            case DAMAGED -> "start again: what arrived is not what was sent";
            case EMPTY -> "nothing was sent";
            case TOO_LARGE -> "the archive is larger than " + size(limits.maxBytes()) + ", the most that one may have";
            case TOO_MANY ->
                "this capsule has handed in " + limits.perDay() + " results today (UTC), the most of a day";
            case NO_ROOM -> "the host has no room for results now; earlier ones wait there; try again later";
            case NOT_STORED -> "the host could not store it; try again later";
        };
    }

    private static String size(long bytes) {
        return bytes >= MIB ? bytes / MIB + " MiB" : bytes + " bytes";
    }
}

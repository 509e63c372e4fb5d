package org.datacapsule.campaign.simulated;

import org.datacapsule.common.wire.Contract;

/** Somebody at the simulated bus. */
interface Node {

    String name();

    /** Its present life. */
    Life process();

    /** Whether it answers at all. */
    boolean isUp();

    /** Works out the answer to a question, both in the form they have on the wire. */
    String answer(Contract<?, ?> contract, String question);
}

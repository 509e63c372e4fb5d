package org.datacapsule.common.bus;

import java.util.function.Function;
import org.datacapsule.common.wire.Contract;
import org.datacapsule.common.wire.WireJson;

/**
 * A contract, and who answers it.
 *
 * @param answer may block
 */
public record Served<Q, A>(Contract<Q, A> contract, Function<Q, A> answer) {

    /** The same for texts. */
    String answer(String question) {
        return WireJson.text(answer.apply(WireJson.read(question, contract.request())));
    }
}

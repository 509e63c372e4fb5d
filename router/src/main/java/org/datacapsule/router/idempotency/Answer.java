package org.datacapsule.router.idempotency;

import org.datacapsule.common.error.Problem;
import org.datacapsule.router.http.Reply;

/** How a command was answered; a refusal is an answer too, and is repeated like one. */
sealed interface Answer {

    record Done(Reply reply) implements Answer {}

    record Refused(Problem problem) implements Answer {}
}

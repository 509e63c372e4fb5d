package org.datacapsule.agent.result;

import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.wire.ResultMessage;

/**
 * A result that is whole on this host's disk.
 *
 * @param transfer what the guest called it
 * @param begin what the routers are told of it
 */
record SpooledResult(String transfer, ResultMessage.Begin begin) {

    ResultId id() {
        return begin.id();
    }

    CapsuleId capsule() {
        return begin.capsule();
    }
}

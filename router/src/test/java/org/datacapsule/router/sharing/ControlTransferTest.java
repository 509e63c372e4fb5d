package org.datacapsule.router.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.datacapsule.router.capsule.CapsuleRole;
import org.datacapsule.router.sharing.ControlTransfer.Action;
import org.datacapsule.router.sharing.ControlTransfer.Moved;
import org.datacapsule.router.sharing.ControlTransfer.Refused;
import org.junit.jupiter.api.Test;

class ControlTransferTest {
    /** Action, caller and other, and what they become; all else is refused. */
    private static final Map<String, String> TABLE = Map.of(
            "DELEGATE OWNER-CONTROLLER SHAREE", "OWNER CONTROLLER",
            "DELEGATE CONTROLLER SHAREE", "SHAREE CONTROLLER",
            "DELEGATE CONTROLLER OWNER", "SHAREE OWNER-CONTROLLER",
            "REVOKE OWNER CONTROLLER", "OWNER-CONTROLLER SHAREE");

    @Test
    void everyPairOfRolesDoesWhatTheTableSays() {
        for (Action action : Action.values()) {
            for (CapsuleRole actor : CapsuleRole.values()) {
                for (CapsuleRole target : CapsuleRole.values()) {
                    String row = action + " " + actor.wireName() + " " + target.wireName();
                    String become = switch (ControlTransfer.of(action, actor, target)) {
                        case Moved moved ->
                            moved.actor().wireName() + " " + moved.target().wireName();
                        case Refused refused -> "refused";
                    };
                    assertThat(become).as(row).isEqualTo(TABLE.getOrDefault(row, "refused"));
                }
            }
        }
    }
}

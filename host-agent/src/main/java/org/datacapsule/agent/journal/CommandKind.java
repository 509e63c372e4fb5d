package org.datacapsule.agent.journal;

import java.util.Locale;
import org.datacapsule.common.wire.Command;

/** What a command was, for entries whose command has been wiped. */
public enum CommandKind {
    CREATE,
    LAUNCH,
    STOP,
    DELETE,
    INSPECT,
    SYNC_KEYS,
    SWITCH_TO_SECURE,
    SWITCH_TO_MAINTENANCE,
    RECEIVE,
    SEND_FILES,
    MAKE_READY,
    SEND_AWAY,
    TAKE_OVER,
    STAY,
    EVICT,
    RELINQUISH,
    DISCARD,
    ADOPT,
    SHARE_IMAGE,
    TAKE_SNAPSHOT,
    REVERT_TO_SNAPSHOT,
    DELETE_SNAPSHOT;

    /** What a command is. */
    public static CommandKind of(Command command) {
        return switch (command) {
            case Command.Create create -> CREATE;
            case Command.Launch launch -> LAUNCH;
            case Command.Stop stop -> STOP;
            case Command.Delete delete -> DELETE;
            case Command.Inspect inspect -> INSPECT;
            case Command.SyncKeys sync -> SYNC_KEYS;
            case Command.SwitchToSecure secure -> SWITCH_TO_SECURE;
            case Command.SwitchToMaintenance maintenance -> SWITCH_TO_MAINTENANCE;
            case Command.Receive receive -> RECEIVE;
            case Command.SendFiles sendFiles -> SEND_FILES;
            case Command.MakeReady makeReady -> MAKE_READY;
            case Command.SendAway sendAway -> SEND_AWAY;
            case Command.TakeOver takeOver -> TAKE_OVER;
            case Command.Stay stay -> STAY;
            case Command.Evict evict -> EVICT;
            case Command.Relinquish relinquish -> RELINQUISH;
            case Command.Discard discard -> DISCARD;
            case Command.Adopt adopt -> ADOPT;
            case Command.ShareImage share -> SHARE_IMAGE;
            case Command.TakeSnapshot take -> TAKE_SNAPSHOT;
            case Command.RevertToSnapshot revert -> REVERT_TO_SNAPSHOT;
            case Command.DeleteSnapshot delete -> DELETE_SNAPSHOT;
        };
    }

    /** Whether it takes all of a capsule from a host that is not, or no longer, its home. */
    boolean isEviction() {
        return this == EVICT || this == RELINQUISH;
    }

    /** Whether it leaves less of a capsule than there was and nothing that could be taken again. */
    boolean onlyRemoves() {
        return isEviction() || this == DISCARD || this == DELETE;
    }

    /** Such as {@code switch-to-secure}. */
    public String words() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

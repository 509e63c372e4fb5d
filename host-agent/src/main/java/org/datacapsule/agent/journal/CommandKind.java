package org.datacapsule.agent.journal;

import org.datacapsule.common.wire.Command;

/** What a command was, for entries whose command has been wiped. */
public enum CommandKind {
    CREATE,
    LAUNCH,
    STOP,
    DELETE,
    INSPECT,
    SYNC_KEYS;

    static CommandKind of(Command command) {
        return switch (command) {
            case Command.Create create -> CREATE;
            case Command.Launch launch -> LAUNCH;
            case Command.Stop stop -> STOP;
            case Command.Delete delete -> DELETE;
            case Command.Inspect inspect -> INSPECT;
            case Command.SyncKeys sync -> SYNC_KEYS;
        };
    }
}

package org.datacapsule.e2e;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import org.datacapsule.common.wire.GuestAddress;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.devkit.fleet.Fleet;

/** What a capsule was given on its host. */
record Place(String capsule, int sshPort, int vncPort, GuestAddress guest) {
    /** Before there is one. */
    static final Place NOWHERE =
            new Place("", 0, 0, GuestNetwork.parse("10.0.0.0/26").address(0));

    static Place of(Fleet fleet, String capsule) throws SQLException {
        try (Connection database = fleet.database();
                var query =
                        database.prepareStatement("select ssh_port, vnc_port, guest_slot from capsule where id = ?")) {
            query.setObject(1, UUID.fromString(capsule));
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    throw new IllegalStateException("no row of capsule " + capsule);
                }
                return new Place(
                        capsule,
                        row.getInt(1),
                        row.getInt(2),
                        GuestNetwork.parse(fleet.guests()).address(row.getInt(3)));
            }
        }
    }
}

package org.datacapsule.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.datacapsule.devkit.fleet.Fleet;
import org.datacapsule.devkit.fleet.Libvirt;
import org.datacapsule.devkit.fleet.Patience;
import org.datacapsule.devkit.fleet.ShortCommand;

/** What this machine and the database have of one capsule, found without asking our own programs. */
enum Traces {
    DOMAIN {
        @Override
        boolean isThere(Fleet fleet, Place place) throws IOException, InterruptedException {
            return Libvirt.domains().contains(place.capsule());
        }
    },
    PROCESS {
        @Override
        boolean isThere(Fleet fleet, Place place) throws IOException {
            return ProcessTable.commandLines().stream().anyMatch(line -> line.contains(place.capsule()));
        }
    },
    FILE {
        @Override
        boolean isThere(Fleet fleet, Place place) throws IOException {
            // libvirt cuts the names of its files short.
            String name = place.capsule().substring(0, 8);
            for (Path folder : List.of(
                    fleet.storage().resolve("capsules"),
                    Path.of("/run/datacapsule"),
                    Path.of("/run/libvirt/qemu"),
                    Path.of("/var/lib/libvirt/qemu"),
                    Path.of("/etc/libvirt/qemu"))) {
                if (has(folder, name)) {
                    return true;
                }
            }
            return false;
        }
    },
    PORTS_ROW {
        @Override
        boolean isThere(Fleet fleet, Place place) throws SQLException {
            return hasRow(fleet, place, "select from host_port where capsule_id = ?");
        }
    },
    ADDRESS_ROW {
        @Override
        boolean isThere(Fleet fleet, Place place) throws SQLException {
            return hasRow(fleet, place, "select from guest_slot where capsule_id = ?");
        }
    },
    LEASE {
        @Override
        boolean isThere(Fleet fleet, Place place) throws IOException, InterruptedException, SQLException {
            String network = Libvirt.virsh("net-dumpxml", fleet.network());
            return !isAnothers(fleet, place)
                    && (network.contains("'" + place.guest().ipv4() + "'")
                            || network.contains("'" + place.guest().mac() + "'"));
        }
    },
    OPEN_SSH_PORT {
        @Override
        boolean isThere(Fleet fleet, Place place) throws IOException, InterruptedException, SQLException {
            String rules = ShortCommand.output("nft", "list", "table", "inet", fleet.network());
            return !isAnothers(fleet, place)
                    && (rules.contains(place.guest().ipv4() + " ")
                            || rules.contains(Integer.toString(place.sshPort())));
        }
    },
    FILTER_BINDING {
        @Override
        boolean isThere(Fleet fleet, Place place) throws IOException, InterruptedException {
            return Libvirt.filterBindings().stream().anyMatch(binding -> binding.contains(place.capsule()));
        }
    };

    private static final Duration LEFT_PROGRAMS_END_WITHIN = Duration.ofSeconds(20);

    abstract boolean isThere(Fleet fleet, Place place) throws IOException, InterruptedException, SQLException;

    static Set<Traces> of(Fleet fleet, Place place) throws IOException, InterruptedException, SQLException {
        Set<Traces> found = EnumSet.noneOf(Traces.class);
        for (Traces trace : values()) {
            if (trace.isThere(fleet, place)) {
                found.add(trace);
            }
        }
        return found;
    }

    /** A program that an agent which was killed has left behind does not go on for long. */
    static void awaitEndOfLeftPrograms(Place place) throws IOException, InterruptedException {
        Patience.await("the end of what a killed agent has started", LEFT_PROGRAMS_END_WITHIN, () -> {
            boolean running = ProcessTable.commandLines().stream()
                    .anyMatch(line -> line.contains(place.capsule()) && line.contains("volume.qcow2."));
            return running ? Optional.empty() : Optional.of(place);
        });
    }

    /** A capsule that is deleted has left its address and its ports, and another may have one of them by now. */
    private static boolean isAnothers(Fleet fleet, Place place) throws SQLException {
        return hasRow(
                fleet,
                place,
                "select from capsule c, capsule other where c.id = ? and other.id <> c.id and other.state <> 'DELETED'"
                        + " and (other.guest_slot = c.guest_slot or other.ssh_port = c.ssh_port)");
    }

    private static boolean has(Path folder, String part) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.anyMatch(path -> path.getFileName().toString().contains(part));
        }
    }

    private static boolean hasRow(Fleet fleet, Place place, String sql) throws SQLException {
        try (Connection database = fleet.database();
                var query = database.prepareStatement(sql)) {
            query.setObject(1, UUID.fromString(place.capsule()));
            try (ResultSet rows = query.executeQuery()) {
                return rows.next();
            }
        }
    }
}

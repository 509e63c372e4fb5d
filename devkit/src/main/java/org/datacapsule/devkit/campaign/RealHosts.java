package org.datacapsule.devkit.campaign;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.datacapsule.devkit.check.Breach;
import org.datacapsule.devkit.check.HostView;
import org.datacapsule.devkit.check.HostView.Guest;
import org.datacapsule.devkit.check.Rule;
import org.datacapsule.devkit.fleet.Testbed;

/** What the hosts of a testbed have, as libvirt, the kernel and the file system say; nothing of ours is asked. */
final class RealHosts {
    /** A line for each thing: guests, files, overlays of secure mode, reserved addresses, ways in. */
    private static final String LOOK = """
            capsules=/var/lib/libvirt/datacapsule/capsules
            for id in $(virsh -q list --state-running --uuid); do
              xml=$(virsh -q dumpxml $id 2> /dev/null) || continue
              generation=$(printf '%s' "$xml" | sed -n "s/.* generation=.\\([0-9]*\\).*/\\1/p" | head -n 1)
              filter=$(printf '%s' "$xml" | sed -n "s/.*<filterref filter='\\([^']*\\)'.*/\\1/p" | head -n 1)
              [ -n "$generation" ] && [ -n "$filter" ] || continue
              case $xml in *volume.qcow2*) data=data ;; *) data=none ;; esac
              echo "guest $id $generation $filter $data"
            done
            for folder in $capsules/*/; do [ ! -d "$folder" ] || echo "file $(basename $folder)"; done
            for overlay in $capsules/*/secure.qcow2; do [ ! -e "$overlay" ] || echo "overlay $(basename $(dirname $overlay))"; done
            for result in /var/lib/libvirt/datacapsule/results/*-*-*/; do [ ! -d "$result" ] || echo "spooled $(basename $result)"; done
            for result in /var/lib/libvirt/datacapsule/results/refused/*/; do [ ! -d "$result" ] || echo "refused $(basename $result)"; done
            for network in $(virsh -q net-list --name); do
              virsh -q net-dumpxml $network | sed -n "s/.*<host mac='52:54:00:\\([0-9a-f:]*\\)'.*/lease \\1/p"
              nft list map inet $network ssh 2> /dev/null | grep -o '[0-9][0-9]* : [0-9][0-9.]*' | sed 's/^/way /'
            done
            true
            """;

    private static final String NO_SLOT = "ff:ff:ff";
    /** Addresses that come before those of capsules. */
    private static final int FIRST_SLOT = 16;

    private final Testbed testbed;
    private final Connection database;

    RealHosts(Testbed testbed, Connection database) {
        this.testbed = testbed;
        this.database = database;
    }

    /**
     * A look at hosts.
     *
     * @param open what restricted data was found under an open policy
     */
    record Look(List<HostView> hosts, List<Breach> open) {}

    Look look(List<String> names) throws IOException, InterruptedException, SQLException {
        Map<Integer, UUID> holders = holders();
        List<HostView> hosts = new ArrayList<>();
        List<Breach> open = new ArrayList<>();
        for (String name : names) {
            hosts.add(look(name, holders, open));
        }
        return new Look(hosts, open);
    }

    private HostView look(String host, Map<Integer, UUID> holders, List<Breach> open)
            throws IOException, InterruptedException {
        Map<UUID, Guest> guests = new HashMap<>();
        Set<UUID> files = new HashSet<>();
        Set<UUID> overlays = new HashSet<>();
        Set<UUID> leases = new HashSet<>();
        Set<UUID> ways = new HashSet<>();
        Set<UUID> spooled = new HashSet<>();
        Set<UUID> refused = new HashSet<>();
        for (String line : testbed.exec(host, "sh", "-c", LOOK).lines().toList()) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "guest" -> {
                    boolean secure = words[3].endsWith("-secure") || words[3].contains("-secure-");
                    guests.put(UUID.fromString(words[1]), new Guest(Long.parseLong(words[2]), secure));
                    if (words[4].equals("data") && !secure) {
                        open.add(new Breach(Rule.DATA_STAYS_IN, "on host " + host + ": " + line));
                    }
                }
                case "file" -> files.add(UUID.fromString(words[1]));
                case "overlay" -> overlays.add(UUID.fromString(words[1]));
                case "spooled" -> spooled.add(UUID.fromString(words[1]));
                case "refused" -> refused.add(UUID.fromString(words[1]));
                case "lease" -> {
                    if (!words[1].equals(NO_SLOT)) {
                        leases.add(holder(holders, Integer.parseInt(words[1].replace(":", ""), 16)));
                    }
                }
                case "way" -> ways.add(holder(holders, slot(words[3])));
                default -> throw new IllegalStateException("host " + host + " says: " + line);
            }
        }
        return new HostView(host, guests, files, leases, ways, overlays, spooled, refused);
    }

    /** In a network of which the first sixteen bits are fixed. */
    private static int slot(String address) {
        String[] parts = address.split("\\.", -1);
        return Integer.parseInt(parts[2]) * 256 + Integer.parseInt(parts[3]) - FIRST_SLOT;
    }

    /** An address that nobody holds is that of a capsule nobody knows. */
    private static UUID holder(Map<Integer, UUID> holders, int slot) {
        return holders.getOrDefault(slot, new UUID(0, slot));
    }

    private Map<Integer, UUID> holders() throws SQLException {
        Map<Integer, UUID> holders = new HashMap<>();
        try (Statement statement = database.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select slot, capsule_id from guest_slot where capsule_id is not null")) {
            while (rows.next()) {
                holders.put(rows.getInt(1), rows.getObject(2, UUID.class));
            }
        }
        return holders;
    }
}

package org.datacapsule.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.datacapsule.devkit.fleet.Fleet;

/** A password, and where it lies about in the clear. */
record Secret(String text) {

    /** Files with it: what the programs and QEMU logged, the agent's journal, the capsules' seeds. */
    List<Path> filesWithIt(Fleet fleet) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path place : List.of(
                fleet.router().log(),
                fleet.agent().log(),
                fleet.storage().resolve("journal"),
                fleet.storage().resolve("capsules"),
                Path.of("/var/log/libvirt"))) {
            try (Stream<Path> walk = Files.walk(place)) {
                for (Path file : walk.filter(Files::isRegularFile).toList()) {
                    if (isIn(file)) {
                        found.add(file);
                    }
                }
            }
        }
        return found;
    }

    private boolean isIn(Path file) throws IOException {
        // One byte is one character here, so that any file can be searched.
        String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        return content.contains(text);
    }

    /** Tables with it in any column. */
    List<String> tablesWithIt(Fleet fleet) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Connection database = fleet.database()) {
            for (String table : tables(database)) {
                // Bytes are shown in hex.
                try (var query = database.prepareStatement("select from " + table + " entry where"
                        + " position(? in entry::text) > 0"
                        + " or position(encode(convert_to(?, 'UTF8'), 'hex') in entry::text) > 0 limit 1")) {
                    query.setString(1, text);
                    query.setString(2, text);
                    try (ResultSet rows = query.executeQuery()) {
                        if (rows.next()) {
                            found.add(table);
                        }
                    }
                }
            }
        }
        return found;
    }

    private static List<String> tables(Connection database) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (var query = database.createStatement();
                ResultSet rows = query.executeQuery(
                        "select tablename from pg_tables where schemaname = 'public' order by tablename")) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        return tables;
    }
}

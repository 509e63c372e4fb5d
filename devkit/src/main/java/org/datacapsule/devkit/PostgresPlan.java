package org.datacapsule.devkit;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What server is wanted.
 *
 * @param data an absolute directory; its log, lock and programs stand beside it
 * @param port on the loopback; 0 takes a free one
 * @param password of the user and of the superuser; without one every local connection is trusted
 */
public record PostgresPlan(Path data, int port, String database, String user, Optional<String> password) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");
    private static final int HIGHEST_PORT = 65535;

    public PostgresPlan {
        if (!data.isAbsolute() || data.getParent() == null) {
            throw new IllegalArgumentException(
                    "the data directory must be an absolute path below another, not " + data);
        }
        if (port < 0 || port > HIGHEST_PORT) {
            throw new IllegalArgumentException("port " + port + " is not a port");
        }
        for (String name : new String[] {database, user}) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "\"" + name + "\" is not a name of lower-case letters, digits and underscores");
            }
        }
        password = password.filter(text -> !text.isEmpty());
    }

    /** Where the server writes what it has to say. */
    public Path log() {
        return data.resolveSibling(data.getFileName() + ".log");
    }

    Path lock() {
        return data.resolveSibling(data.getFileName() + ".lock");
    }

    Path programs() {
        return data.resolveSibling(data.getFileName() + "-programs");
    }
}

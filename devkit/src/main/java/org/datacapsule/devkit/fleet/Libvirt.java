package org.datacapsule.devkit.fleet;

import java.io.IOException;
import java.util.List;

/** This machine's libvirt, as virsh shows it. */
public final class Libvirt {
    public static final String URI = "qemu:///system";

    private Libvirt() {}

    public static String virsh(String... arguments) throws IOException, InterruptedException {
        return ShortCommand.output(command(arguments));
    }

    /** @throws IllegalStateException when no libvirt runs */
    static void requireRunning() throws IOException, InterruptedException {
        if (!ShortCommand.succeeds(command("version"))) {
            throw new IllegalStateException("no libvirt answers at " + URI
                    + "; this needs a real one. scripts/test starts it, as root, where none runs.");
        }
    }

    /** Ids of all domains, running or not. */
    public static List<String> domains() throws IOException, InterruptedException {
        return virsh("list", "--all", "--uuid")
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
    }

    /** Removes a network and the guests on it. Whoever made them is gone. */
    static void removeNetwork(String network, String bridge) throws IOException, InterruptedException {
        for (String domain : domains()) {
            String xml = virsh("dumpxml", domain);
            if (xml.contains("'" + network + "'") || xml.contains("'" + bridge + "'")) {
                virsh("destroy", domain);
            }
        }
        if (virsh("net-list", "--name").lines().anyMatch(network::equals)) {
            virsh("net-destroy", network);
        }
        if (virsh("net-list", "--all", "--name").lines().anyMatch(network::equals)) {
            virsh("net-undefine", network);
        }
    }

    private static String[] command(String... arguments) {
        String[] command = new String[arguments.length + 4];
        System.arraycopy(new String[] {"virsh", "-q", "-c", URI}, 0, command, 0, 4);
        System.arraycopy(arguments, 0, command, 4, arguments.length);
        return command;
    }
}

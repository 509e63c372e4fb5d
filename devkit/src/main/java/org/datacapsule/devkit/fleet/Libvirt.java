package org.datacapsule.devkit.fleet;

import java.io.IOException;
import java.util.ArrayList;
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

    /** What each guest's interface is filtered by, as XML; of guests that end meanwhile it may be left out. */
    public static List<String> filterBindings() throws IOException, InterruptedException {
        List<String> found = new ArrayList<>();
        for (String line : virsh("nwfilter-binding-list").lines().toList()) {
            if (!line.isBlank()) {
                String device = line.strip().split("\\s+", 2)[0];
                ShortCommand one = ShortCommand.attempt(
                        ShortCommand.PATIENCE, List.of(command("nwfilter-binding-dumpxml", device)));
                if (one.exitStatus() == 0) {
                    found.add(one.output());
                }
            }
        }
        return found;
    }

    /** Removes a capsule network with all an agent makes for it, and the guests on it. That agent is gone. */
    static void removeNetwork(String network, String bridge) throws IOException, InterruptedException {
        for (String domain : domains()) {
            if (isOn(domain, network, bridge)) {
                virsh("destroy", domain);
            }
        }
        if (virsh("net-list", "--name").lines().anyMatch(network::equals)) {
            virsh("net-destroy", network);
        }
        if (virsh("net-list", "--all", "--name").lines().anyMatch(network::equals)) {
            virsh("net-undefine", network);
        }
        for (String line : virsh("nwfilter-list").lines().toList()) {
            String filter = line.substring(line.lastIndexOf(' ') + 1);
            if (filter.startsWith(network + "-")) {
                virsh("nwfilter-undefine", filter);
            }
        }
        if (ShortCommand.output("nft", "list", "tables").lines().anyMatch(("table inet " + network)::equals)) {
            ShortCommand.output("nft", "delete", "table", "inet", network);
        }
    }

    /** Others' domains may end while we look. */
    private static boolean isOn(String domain, String network, String bridge) throws IOException, InterruptedException {
        try {
            String xml = virsh("dumpxml", domain);
            return xml.contains("'" + network + "'") || xml.contains("'" + bridge + "'");
        } catch (IOException e) {
            if (domains().contains(domain)) {
                throw e;
            }
            return false;
        }
    }

    private static String[] command(String... arguments) {
        String[] command = new String[arguments.length + 4];
        System.arraycopy(new String[] {"virsh", "-q", "-c", URI}, 0, command, 0, 4);
        System.arraycopy(arguments, 0, command, 4, arguments.length);
        return command;
    }
}

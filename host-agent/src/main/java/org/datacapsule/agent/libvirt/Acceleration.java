package org.datacapsule.agent.libvirt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * What runs the guests' code: the CPU through KVM, or QEMU's emulator.
 *
 * @param name {@code kvm} or {@code tcg}
 * @param because why, as a sentence for the log
 */
record Acceleration(String name, String because) {
    private static final Pattern VIRTUALIZING = Pattern.compile("\\b(vmx|svm)\\b");

    /** libvirt's word for it in a domain. */
    String domainType() {
        return name.equals("kvm") ? "kvm" : "qemu";
    }

    /** libvirt's word for "as much CPU as there is". */
    String cpuMode() {
        return name.equals("kvm") ? "host-passthrough" : "maximum";
    }

    /**
     * A device file alone proves little: some virtual machines have one with which no guest boots, and libvirt offers
     * KVM all the same. So {@code auto} asks for the CPU's own flag too.
     *
     */
    static Acceleration choose(WantedAcceleration wanted, Path device, Path cpuInfo) {
        return switch (wanted) {
            case KVM -> new Acceleration("kvm", "the configuration says so");
            case TCG -> new Acceleration("tcg", "the configuration says so");
            case AUTO -> detect(device, cpuInfo);
        };
    }

    private static Acceleration detect(Path device, Path cpuInfo) {
        if (!Files.isReadable(device) || !Files.isWritable(device)) {
            return new Acceleration("tcg", device + " is not there or not ours to use");
        }
        if (!virtualizes(cpuInfo)) {
            return new Acceleration("tcg", device + " is there, but the CPU shows neither vmx nor svm");
        }
        return new Acceleration("kvm", device + " is there, and the CPU virtualizes");
    }

    private static boolean virtualizes(Path cpuInfo) {
        try {
            return VIRTUALIZING.matcher(Files.readString(cpuInfo)).find();
        } catch (IOException e) {
            return false;
        }
    }
}

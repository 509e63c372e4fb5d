package org.datacapsule.agent.local;

import org.datacapsule.common.error.ErrorCode;

/** The kinds of error a script knows, each with an exit code of its own. The codes are for good: scripts are built on them. */
public enum Refusal {
    UNFORESEEN(1, "something nobody foresaw; the agent's log has the cause"),
    BAD_USAGE(2, "an option is missing, unknown or malformed"),
    BAD_CONFIGURATION(3, "the agent's configuration cannot be read, or is wrong"),
    BAD_DIRECTORY(4, "--wdir is no capsule's directory in this host's storage"),
    NO_CAPSULE(5, "this host has no such capsule, or does not know how it is made"),
    CAPSULE_EXISTS(6, "the capsule is there already"),
    BUSY(7, "something is under way for this capsule, or another script has the journal"),
    WRONG_STATE(8, "the capsule is in no state for it, such as a launch of one that runs"),
    BAD_IMAGE(9, "the image is not there, or is no standalone qcow2 file"),
    BAD_POLICY(10, "--policy is not the file that the configuration has for this mode and type"),
    TAKEN(11, "a port is taken, or the capsule network has no address left"),
    NO_SECRET(12, "a login or a volume key is needed and was not given, or cannot be read"),
    DISK_FULL(13, "the storage has no room left"),
    HYPERVISOR(14, "libvirt refused, or is away"),
    POLICY_NOT_IN_FORCE(15, "the network policy was not found in force, so the guest was not left under it"),
    TOOL(16, "a program on the host failed, such as qemu-img or nft"),
    CANCELLED(17, "a router's command came in between, or it was too late to begin"),
    UNKNOWN(18, "the agent went away before it answered; it goes on at its next start, so ask for the status then");

    private final int exitCode;
    private final String meaning;

    Refusal(int exitCode, String meaning) {
        this.exitCode = exitCode;
        this.meaning = meaning;
    }

    public int exitCode() {
        return exitCode;
    }

    /** A phrase for the documentation. */
    public String meaning() {
        return meaning;
    }

    /** What a command's failure is to a script. */
    public static Refusal of(ErrorCode code) {
        return switch (code) {
            case HOST_CAPSULE_MISSING -> NO_CAPSULE;
            case HOST_IMAGE_MISSING -> BAD_IMAGE;
            case HOST_PORT_TAKEN -> TAKEN;
            case HOST_DISK_FULL -> DISK_FULL;
            case HOST_HYPERVISOR_FAILED, HOST_HYPERVISOR_UNAVAILABLE, HOST_GUEST_UNREACHABLE -> HYPERVISOR;
            case HOST_POLICY_NOT_IN_FORCE -> POLICY_NOT_IN_FORCE;
            case HOST_TOOL_FAILED -> TOOL;
            case HOST_STALE_COMMAND, OPERATION_CANCELLED, OPERATION_DEADLINE_EXCEEDED -> CANCELLED;
            default -> UNFORESEEN;
        };
    }
}

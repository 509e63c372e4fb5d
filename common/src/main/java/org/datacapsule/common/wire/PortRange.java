package org.datacapsule.common.wire;

/**
 * The TCP ports a host has for its capsules: {@code count} pairs, the n-th being {@code sshFirst + n} and
 * {@code vncFirst + n}.
 */
public record PortRange(int sshFirst, int vncFirst, int count) {
    private static final int HIGHEST = 65_535;
    private static final int LOWEST_VNC = 5_900;

    public PortRange {
        if (count < 1 || sshFirst < 1024 || sshFirst + count - 1 > HIGHEST) {
            throw new IllegalArgumentException(
                    "ssh ports must lie in 1024 to 65535: " + sshFirst + " and " + count + " up");
        }
        if (vncFirst < LOWEST_VNC || vncFirst + count - 1 > HIGHEST) {
            throw new IllegalArgumentException(
                    "vnc ports must lie in 5900 to 65535, as QEMU counts displays from 5900: " + vncFirst + " and "
                            + count + " up");
        }
        if (sshFirst < vncFirst + count && vncFirst < sshFirst + count) {
            throw new IllegalArgumentException("ssh and vnc ports overlap");
        }
    }
}

package org.datacapsule.common.wire;

import java.util.List;

/**
 * Who may get into a guest, applied at every launch. {@link #toString()} hides the password, so that no log has it.
 *
 * @param userName the account made in the guest
 * @param password its password, which is the screen's too (VNC compares the first 8 bytes only)
 * @param sshKeys OpenSSH public keys, one line each
 */
public record Login(String userName, String password, List<String> sshKeys) {
    public Login {
        sshKeys = List.copyOf(sshKeys);
    }

    @Override
    public String toString() {
        return "Login[userName=" + userName + ", sshKeys=" + sshKeys.size() + "]";
    }
}

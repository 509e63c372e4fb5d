# shellcheck shell=bash
# SSH into a guest with a password; sourced after output.sh. The password goes through a file that only we can read.

# write_askpass FILE PASSWORD_FILE: the program that ssh asks for the password.
write_askpass() {
  printf '#!/bin/sh\nexec cat %q\n' "$2" > "$1"
  chmod 700 "$1"
}

# guest_ssh ASKPASS KNOWN_HOSTS USER ADDRESS PORT [COMMAND]: the guest's host key is taken at the first meeting, and
# must be the same after that.
guest_ssh() {
  local askpass=$1 known_hosts=$2 user=$3 address=$4 port=$5
  shift 5
  SSH_ASKPASS=$askpass SSH_ASKPASS_REQUIRE=force ssh -F none -n -p "$port" \
    -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile="$known_hosts" -o GlobalKnownHostsFile=none \
    -o PreferredAuthentications=password,keyboard-interactive -o PubkeyAuthentication=no \
    -o NumberOfPasswordPrompts=1 -o ConnectTimeout=5 -o LogLevel=ERROR \
    "$user@$address" "$@"
}

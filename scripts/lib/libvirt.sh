# shellcheck shell=bash
# A libvirt to work with; sourced after output.sh and processes.sh.
# One that runs is used as it is; else systemd starts the machine's own; else one is started here, with settings of its
# own for a machine without systemd, cgroups and D-Bus, and only that one is ever stopped by these scripts.

libvirt_uri=qemu:///system
libvirt_lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

libvirt_answers() { virsh -q -c "$libvirt_uri" version > /dev/null 2>&1; }

has_systemd() { [ -d /run/systemd/system ]; }

# ensure_libvirt FOLDER: FOLDER keeps the settings of a libvirt that is started here.
ensure_libvirt() {
  if libvirt_answers; then
    if running_process libvirtd > /dev/null; then note "runs, started here before"; else note "the machine's own"; fi
    return
  fi
  if has_systemd && start_libvirt_service; then
    note "started by systemd"
    return
  fi
  start_own_libvirt "$1"
  note "started for this checkout"
}

start_libvirt_service() {
  systemctl start libvirtd.socket libvirtd.service 2> /dev/null ||
    systemctl start virtqemud.socket virtnetworkd.socket virtnwfilterd.socket virtsecretd.socket || return 1
  wait_for 30 '' "answer from libvirt" libvirt_answers
}

start_own_libvirt() {
  local folder=$1 program
  program=$(command -v libvirtd || echo /usr/sbin/libvirtd)
  [ -x "$program" ] || die "there is no libvirtd; install libvirt-daemon-system"
  write_libvirt_settings "$folder"
  remove_stale_libvirt_pid
  # libvirtd reads qemu.conf from one place only. In a mount namespace of its own it sees ours there; the file that an
  # operator may have written stays as it is.
  # Likewise /dev/kvm.
  # tini takes over the guests' processes, which libvirtd detaches, and collects them as soon as they end: what has process 1
  # here may take seconds, and for as long libvirt waits for a guest to be gone.
  # shellcheck disable=SC2016
  start_process libvirtd own unshare --mount --propagation slave -- sh -ec '
    . "$3"
    mount --bind "$1/qemu.conf" /etc/libvirt/qemu.conf
    offer_kvm "$1/dev"
    exec tini -s -- "$2" --config "$1/libvirtd.conf"' sh "$folder" "$program" "$libvirt_lib/kvm-device.sh"
  wait_for 60 libvirtd "answer from libvirt" libvirt_answers
}

write_libvirt_settings() {
  local folder=$1
  mkdir -p "$folder"
  cat > "$folder/libvirtd.conf" << END
# Only root talks to it, and no D-Bus is asked whether root may.
unix_sock_group = "root"
unix_sock_rw_perms = "0700"
auth_unix_ro = "none"
auth_unix_rw = "none"
log_level = 3
log_outputs = "3:stderr"
END
  cat > "$folder/qemu.conf" << END
# For a machine without systemd: no AppArmor profiles, no cgroup of our own to delegate, no udev, no virtlogd.
security_driver = "none"
cgroup_controllers = []
namespaces = []
stdio_handler = "file"
remember_owner = 0
END
  [ -e /etc/libvirt/qemu.conf ] || { mkdir -p /etc/libvirt && : > /etc/libvirt/qemu.conf; }
}

# A libvirtd that was killed leaves its pid file; with the lock on it gone the next one takes it over by itself.
remove_stale_libvirt_pid() {
  local pid
  for file in /run/libvirtd.pid /run/libvirt/libvirtd.pid; do
    [ -s "$file" ] || continue
    pid=$(cat "$file")
    [ -d "/proc/$pid" ] || rm -f "$file"
  done
}

# Guests go on without it. One that somebody else started is left alone.
stop_own_libvirt() {
  running_process libvirtd > /dev/null || { rm -f "${processes:?}/libvirtd"; return 0; }
  stop_process libvirtd 20
}

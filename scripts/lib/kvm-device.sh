# shellcheck shell=sh
# /dev/kvm as libvirt wants it; sourced in a mount namespace of its own.

# offer_kvm FOLDER: without udev the group of /dev/kvm is root's, so that libvirt finds KVM as root, misses it as QEMU's
# user, and asks QEMU for its capabilities again at each use, which takes seconds. From here on it has the group that udev
# would set.
offer_kvm() {
  if [ -c /dev/kvm ] && [ "$(stat -c %G /dev/kvm)" != kvm ] && getent group kvm > /dev/null; then
    mkdir -p "$1"
    mount -t tmpfs -o mode=755 none "$1"
    mknod "$1/kvm" c 10 232
    chgrp kvm "$1/kvm"
    chmod 660 "$1/kvm"
    mount --bind "$1/kvm" /dev/kvm
  fi
}

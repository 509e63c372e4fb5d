# shellcheck shell=bash
# Which Debian packages are needed, and installing the missing ones; sourced after output.sh.

# To run a router and a host: libvirt, QEMU, the network of the guests, and what the scripts call.
# shellcheck disable=SC2034
run_packages=(
  libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils bubblewrap
  nftables iptables dnsmasq-base iproute2 conntrack
  openssh-client jq curl openssl ca-certificates
  bsdextrautils util-linux tini maven
)

# To build the guest image on this machine.
# shellcheck disable=SC2034
image_packages=(mtools syslinux cpio e2fsprogs fdisk)

# For scripts/testbed beside these: the one address of several routers, and what makes hosts' disks.
# shellcheck disable=SC2034
testbed_packages=(haproxy e2fsprogs)

# For tests alone beside these: shell checks, and clients that others made for the image APIs.
# shellcheck disable=SC2034
test_packages=(shellcheck python3-openstacksdk python3-dateutil)

# missing_packages NAME...: those that are not installed.
missing_packages() {
  local name
  for name; do
    dpkg-query -W -f '${db:Status-Abbrev}' "$name" 2> /dev/null | grep -q '^.i' || printf '%s\n' "$name"
  done
}

# install_missing NAME...: all that are missing in one call of apt; says what it installed on its output.
install_missing() {
  local missing
  command -v dpkg-query > /dev/null ||
    die "this is no Debian system; install by hand what these packages have: $*"
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  install_packages "${missing[@]}"
  printf '%s\n' "${missing[*]}"
}

install_packages() {
  [ "$(id -u)" = 0 ] || die "these packages are missing and only root can install them: $*"
  say "installing: $*"
  apt_install "$@" || { apt-get update -q >&2 && apt_install "$@"; } || die "apt could not install: $*"
}

# No service starts by itself: on a machine without systemd it could not, on others the scripts ask for it.
apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    -o DPkg::Lock::Timeout=300 "$@" >&2 < /dev/null
}

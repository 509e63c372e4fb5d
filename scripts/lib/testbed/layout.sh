# shellcheck shell=bash
# What is called how and where it is in a testbed; sourced after settings.sh. The caller sets `root`.
# A node is a host (h1, h2, …) or a router (r1, r2, …): a machine of its own, but for the kernel.
# shellcheck disable=SC2034,SC2154

state=$root/.testbed
processes=$state/run
logs=$state/log

setting_names=(hosts routers http_port postgres_port)
declare -A setting_default=([hosts]=3 [routers]=2 [http_port]=7090 [postgres_port]=7442)
settings_prefix=TESTBED

most_hosts=20
most_routers=5

bridge=dctb0
# Of nftables, family bridge.
fault_table=dctb
root_address=10.77.0.1
network=10.77.0.0/24
guest_network=10.91.0.0/16
router_http_port=8080
bus_port=5701
storage=/var/lib/libvirt/datacapsule
# Of a host, on the host: what it got when it joined.
identity=/etc/libvirt/datacapsule
disk_size=8G

host_names() { seq -f 'h%.0f' 1 "${setting[hosts]}"; }

router_names() { seq -f 'r%.0f' 1 "${setting[routers]}"; }

# address_of NODE
address_of() {
  case $1 in
    h*) printf '10.77.0.%d\n' $((10 + ${1#h})) ;;
    r*) printf '10.77.0.%d\n' $((100 + ${1#r})) ;;
  esac
}

# port_of NODE: its network card, as the testbed's bridge has it.
port_of() { printf 'dctb-%s\n' "$1"; }

# folder_of NODE
folder_of() { printf '%s/nodes/%s\n' "$state" "$1"; }

# title_of NODE: as the commands call it.
title_of() {
  case $1 in
    r*) printf 'router %s\n' "${1#r}" ;;
    *) printf '%s\n' "$1" ;;
  esac
}

# bus_members: host:port of every router, quoted, with commas.
bus_members() {
  local name members=()
  for name in $(router_names); do members+=("\"$(address_of "$name"):$bus_port\""); done
  (IFS=,; printf '%s\n' "${members[*]}")
}

# require_host NAME: dies unless this testbed has it.
require_host() {
  host_names | grep -qxFe "$1" ||
    die "there is no host \"$1\"; hosts are $(host_names | tr '\n' ' ')"
}

# require_router NUMBER
require_router() {
  router_names | grep -qxFe "r$1" ||
    die "there is no router \"$1\"; routers are $(seq -s ' ' 1 "${setting[routers]}")"
}

# shellcheck shell=bash
# The testbed's own network: a bridge in the root namespace with a port a node; sourced after layout.sh and processes.sh.
# The kernel's own record says whose it is: the bridge's alias has the checkout, so nothing is left over by a crash.
# shellcheck disable=SC2154

bridge_exists() { [ -e "/sys/class/net/$bridge" ]; }

# The checkout whose testbed is on this machine; fails when there is none.
bridge_owner() { bridge_exists && cat "/sys/class/net/$bridge/ifalias"; }

# testbed_lives CHECKOUT: whether any process that it recorded runs, or its script is at work and has started none yet.
testbed_lives() {
  local processes=$1/.testbed/run record
  if [ -e "$1/.testbed/lock" ] && ! flock -n "$1/.testbed/lock" true; then return 0; fi
  for record in "$processes"/*; do
    if [ -f "$record" ] && running_process "${record##*/}" > /dev/null; then return 0; fi
  done
  return 1
}

# refuse_other_testbed: there is one on a machine at a time.
refuse_other_testbed() {
  local owner
  owner=$(bridge_owner) || return 0
  if [ "$owner" = "$root" ]; then return 0; fi
  if testbed_lives "$owner"; then
    die "another testbed runs on this machine, that of $owner, and there can be only one.
End it with $owner/scripts/testbed down, or wait until it is ended."
  fi
  say "taking away the network of a testbed that is gone, that of ${owner:-nobody}"
  remove_network
}

ensure_network() {
  refuse_other_testbed
  if bridge_exists; then
    note "$network is there"
  else
    # Two that start at once: one of them makes it.
    ip link add "$bridge" type bridge || { refuse_other_testbed; die "the bridge $bridge could not be made"; }
    ip link set "$bridge" alias "$root"
    note "$network on $bridge"
  fi
  ip address replace "$root_address/24" dev "$bridge"
  ip link set "$bridge" up
}

# plug_in NODE PID: a network card for the namespace of that process, and a cable to the bridge.
plug_in() {
  local port inside
  port=$(port_of "$1")
  inside=(nsenter --target "$2" --net)
  unplug "$1"
  ip link add "$port" type veth peer name eth0 netns "$2"
  ip link set "$port" master "$bridge" up
  "${inside[@]}" ip link set lo up
  "${inside[@]}" ip address add "$(address_of "$1")/24" dev eth0
  "${inside[@]}" ip link set eth0 up
}

# unplug NODE: waits for the kernel, which takes the card away some time after the last process of its namespace.
unplug() {
  local port
  port=$(port_of "$1")
  ip link delete "$port" 2> /dev/null || true
}

remove_network() {
  local port
  nft delete table bridge "$fault_table" 2> /dev/null || true
  for port in /sys/class/net/dctb-*; do
    [ ! -e "$port" ] || ip link delete "${port##*/}" 2> /dev/null || true
  done
  if bridge_exists; then ip link delete "$bridge"; fi
}

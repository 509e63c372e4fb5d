# shellcheck shell=bash
# Faults, and their end; sourced after host.sh and router.sh. What is in force is asked of the kernel, never remembered.
# shellcheck disable=SC2154

# ---- processes

# read_target WHAT...: sets `kind` and `node` of `agent HOST`, `libvirtd HOST`, `host HOST`, `router N`, `postgres`.
read_target() {
  kind=${1:-} node=
  case $kind in
    agent | libvirtd | host | qemu)
      [ $# -ge 2 ] || die "which host? scripts/testbed $verb $kind HOST"
      require_host "$2"
      node=$2
      ;;
    router)
      [ $# -ge 2 ] || die "which router? scripts/testbed $verb router N"
      require_router "$2"
      node=r$2
      ;;
    postgres) ;;
    *) die "scripts/testbed $verb WHAT: agent HOST, libvirtd HOST, $([ "$verb" = start ] || printf 'qemu HOST CAPSULE, ')host HOST, router N or postgres" ;;
  esac
}

kill_target() {
  read_target "$@"
  case $kind in
    host)
      node_runs "$node" || die "$node is off"
      power_off "$node"
      ;;
    router) kill_recorded "$node.router" "$(title_of "$node")" ;;
    agent | libvirtd) kill_recorded "$node.$kind" "$kind of $node" ;;
    qemu) kill_qemu "$node" "${3:-}" ;;
    postgres) kill_postgres ;;
  esac
}

kill_recorded() {
  local pid
  pid=$(running_process "$1") || die "$2 does not run"
  kill_process "$1"
  say "$2, process $pid, is killed"
}

# kill_qemu HOST CAPSULE: by the id that libvirt wrote down, when that is indeed the capsule's QEMU.
kill_qemu() {
  local host=$1 capsule=$2
  [[ $capsule =~ ^[0-9a-f-]{36}$ ]] || die "which capsule? scripts/testbed kill qemu HOST CAPSULE, with its vmid"
  # shellcheck disable=SC2016
  in_node "$host" sh -c '
    for file in /run/libvirt/qemu/*.pid; do
      [ -s "$file" ] || continue
      pid=$(cat "$file")
      if tr "\0" "\n" < "/proc/$pid/cmdline" 2> /dev/null | grep -qxF -e "$1"; then
        kill -KILL "$pid" && exit 0
      fi
    done
    exit 1' sh "$capsule" || die "no QEMU of capsule $capsule runs on $host"
  say "QEMU of $capsule on $host is killed"
}

# Its supervisor ends by itself then.
kill_postgres() {
  local pid
  running_process postgres > /dev/null || die "postgres does not run"
  pid=$(head -n 1 "$state/postgres/postmaster.pid")
  [[ $(tr '\0' ' ' < "/proc/$pid/cmdline") == *"$state/postgres"* ]] || die "process $pid is not the testbed's Postgres"
  kill -KILL "$pid"
  wait_for 20 '' "end of Postgres" ended postgres
  rm -f "$processes/postgres"
  say "postgres, process $pid, is killed"
}

ended() { ! running_process "$1" > /dev/null; }

start_target() {
  read_target "$@"
  case $kind in
    host)
      if node_runs "$node"; then say "$node is on"; fi
      boot_host "$node"
      ensure_agent "$node"
      ;;
    router) ensure_router "$node" ;;
    agent) ensure_agent "$node" ;;
    libvirtd) ensure_host_libvirt "$node" ;;
    qemu) die "a guest is started through the API" ;;
    postgres) ensure_postgres ;;
  esac
  say "started"
}

# ---- the network

# partition NODE [from OTHER...]: without others the node's cable is pulled; else what goes between them is dropped.
partition() {
  local one other
  read_place "$@"
  one=$place
  shift "$place_words"
  node_runs "$one" || die "$(title_of "$one") is off"
  if [ $# = 0 ]; then
    ip link set "$(port_of "$one")" down
    say "$(title_of "$one") is cut off from everything"
    return
  fi
  if [ "$1" != from ] || [ $# -lt 2 ]; then die "scripts/testbed partition HOST|router N [from HOST|router N|postgres|api ...]"; fi
  shift
  while [ $# -gt 0 ]; do
    read_place "$@"
    other=$place
    shift "$place_words"
    [ "$one" != "$other" ] || die "$(title_of "$one") from itself?"
    separate "$one" "$other"
    say "$(title_of "$one") is cut off from $(title_of "$other")"
  done
}

# read_place WORD...: sets `place` to a node, `postgres` or `api`, and `place_words` to how many words that took.
read_place() {
  place_words=1
  case ${1:-} in
    router)
      require_router "${2:-}"
      place=r$2 place_words=2
      ;;
    '') die "which one? scripts/testbed $verb HOST or router N ..." ;;
    postgres | api) place=$1 ;;
    *)
      require_host "${1:-}"
      place=$1
      ;;
  esac
}

# separate NODE PLACE: both ways, on the bridge, so that neither hears that the other is gone.
separate() {
  local one both
  one=$(address_of "$1")
  nft -f - << END
add table bridge $fault_table
add chain bridge $fault_table between { type filter hook forward priority 0 ; }
add chain bridge $fault_table to_root { type filter hook input priority 0 ; }
add chain bridge $fault_table from_root { type filter hook output priority 0 ; }
END
  both="comment \"$1 from $2\""
  case $2 in
    postgres)
      nft add rule bridge "$fault_table" to_root ip saddr "$one" tcp dport "${setting[postgres_port]}" drop "$both"
      nft add rule bridge "$fault_table" from_root ip daddr "$one" tcp sport "${setting[postgres_port]}" drop
      ;;
    # The one address in front of the routers, on its way to one of them.
    api)
      nft add rule bridge "$fault_table" to_root ip saddr "$one" tcp sport "$router_http_port" drop "$both"
      nft add rule bridge "$fault_table" from_root ip daddr "$one" tcp dport "$router_http_port" drop
      ;;
    *)
      nft add rule bridge "$fault_table" between ip saddr "$one" ip daddr "$(address_of "$2")" drop "$both"
      nft add rule bridge "$fault_table" between ip saddr "$(address_of "$2")" ip daddr "$one" drop
      ;;
  esac
}

# heal: ends every partition and slowness.
heal() {
  local port
  nft delete table bridge "$fault_table" 2> /dev/null || true
  for port in /sys/class/net/dctb-*; do
    [ -e "$port" ] || continue
    ip link set "${port##*/}" up
    tc qdisc delete dev "${port##*/}" root netem 2> /dev/null || true
  done
}

# slow HOST MS: what comes to it comes later by so much; 0 ends it.
slow() {
  local port said
  require_host "${1:-}"
  [[ ${2:-} =~ ^[0-9]{1,5}$ ]] || die "by how many milliseconds? scripts/testbed slow HOST MS"
  node_runs "$1" || die "$1 is off"
  port=$(port_of "$1")
  if [ "$2" = 0 ]; then
    tc qdisc delete dev "$port" root netem 2> /dev/null || true
    say "$1 is not slow"
  elif said=$(tc qdisc replace dev "$port" root netem delay "${2}ms" 2>&1); then
    say "everything that comes to $1 comes $2 ms later"
  elif [[ $said == *"qdisc kind is unknown"* ]]; then
    die "this machine's kernel has no netem (CONFIG_NET_SCH_NETEM, module sch_netem), so no host can be made slow"
  else
    die "tc: $said"
  fi
}

# ---- disks

fill_disk() {
  require_host "${1:-}"
  # shellcheck disable=SC2016
  in_node "$1" sh -c '
    while free=$(df --output=avail -B4096 "$1" | tail -n 1) && [ "$free" -gt 0 ]; do
      number=$((${number:-0} + 1))
      fallocate -l "$((free * 4096))" "$1/full.$number" 2> /dev/null ||
        dd if=/dev/zero of="$1/full.$number" bs=4096 count="$free" 2> /dev/null || break
    done' sh "$storage"
  say "the disk of $1 is full: $(in_node "$1" df -h --output=avail "$storage" | tail -n 1 | tr -d ' ') free"
}

free_disk() {
  require_host "${1:-}"
  # shellcheck disable=SC2016
  in_node "$1" sh -c 'rm -f "$1"/full.*' sh "$storage"
  say "the disk of $1 has $(in_node "$1" df -h --output=avail "$storage" | tail -n 1 | tr -d ' ') free"
}

disk_is_filled() {
  # shellcheck disable=SC2016
  in_node "$1" sh -c 'ls "$1"/full.*' sh "$storage" > /dev/null 2>&1
}

# ---- what is in force, a line each

faults_in_force() {
  local name port delay
  for name in $(router_names) $(host_names); do
    port=$(port_of "$name")
    if ! node_runs "$name"; then
      printf '%s is off\n' "$(title_of "$name")"
      continue
    fi
    [[ $(ip -o link show "$port") == *[\<,]UP[,\>]* ]] || printf '%s is cut off from everything\n' "$(title_of "$name")"
    delay=$(tc qdisc show dev "$port" 2> /dev/null | sed -n 's/.* netem .*delay \([^ ]*\).*/\1/p')
    [ -z "$delay" ] || printf '%s is slow by %s\n' "$name" "$delay"
    if [[ $name == h* ]] && disk_is_filled "$name"; then printf 'the disk of %s is full\n' "$name"; fi
  done
  { nft list table bridge "$fault_table" 2> /dev/null || true; } | sed -n 's/.*comment "\([^ ]*\) from \([^ ]*\)".*/\1 \2/p' |
    while read -r one other; do printf '%s is cut off from %s\n' "$(title_of "$one")" "$(title_of "$other")"; done
}

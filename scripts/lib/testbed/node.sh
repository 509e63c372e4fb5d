# shellcheck shell=bash
# Nodes: namespaces for network, mounts, host name and processes under a process 1 of their own; sourced after network.sh.
# When that process ends the kernel ends all others of the node and takes away its mounts, loop device and network: as a
# power cut does, and nothing can be left over.
# shellcheck disable=SC2154

node_runs() { running_process "$1.init" > /dev/null; }

# boot_node NODE [STORAGE LINKS]: powers it on, unless it is on.
boot_node() {
  local name=$1 outer init
  if node_runs "$name"; then return 0; fi
  mkdir -p "$(folder_of "$name")"
  # Whatever ends this process ends process 1 too.
  start_process "$name.init" '' unshare --mount --uts --ipc --net --pid --fork --mount-proc --kill-child \
    "$lib/testbed/node-init" "$name" "$(address_of "$name")" "$(folder_of "$name")" "$lib/kvm-device.sh" "${@:2}"
  outer=$(running_process "$name.init") || die "$name does not start; see $logs/$name.init.log"
  wait_for 20 "$name.init" "process 1 of $name" is_init_of "$outer"
  init=$(child_of "$outer")
  plug_in "$name" "$init"
  record_process "$name.init" "$init"
}

# child_of PID: the only one it has.
child_of() {
  local child
  read -r child _ < "/proc/$1/task/$1/children" || true
  [ -n "$child" ] && printf '%s\n' "$child"
}

# is_init_of PID: whether its child has done with the mounts.
is_init_of() { [ "$(cat "/proc/$(child_of "$1")/comm")" = tini ]; }

# in_node NODE COMMAND...: in all of its namespaces.
in_node() {
  local init
  init=$(running_process "$1.init") || { say "$(title_of "$1") is off"; return 1; }
  shift
  nsenter --target "$init" --mount --uts --ipc --net --pid -- "$@"
}

# start_in_node NODE NAME FINGERPRINT COMMAND...: recorded as NODE.NAME.
start_in_node() {
  local node=$1 name=$1.$2 fingerprint=$3 init entering end
  shift 3
  init=$(running_process "$node.init") || die "$(title_of "$node") is off; scripts/testbed start $(start_words "$node")"
  start_process "$name" "$fingerprint" nsenter --target "$init" --mount --uts --ipc --net --pid -- "$@"
  # What was recorded is nsenter, which waits outside. Its child is the program.
  entering=$(running_process "$name") || die "$name ended at once; see $logs/$name.log"
  end=$(($(milliseconds) + 5000))
  until record_child "$name" "$entering" "$fingerprint"; do
    [ "$(milliseconds)" -lt "$end" ] || die "$name ended at once; see $logs/$name.log"
    sleep 0.02
  done
}

# record_child NAME PID FINGERPRINT: fails while there is none.
record_child() {
  local child
  child=$(child_of "$2" 2> /dev/null) && record_process "$1" "$child" "$3"
}

# start_words NODE: what follows `scripts/testbed start`.
start_words() {
  case $1 in
    r*) title_of "$1" ;;
    *) printf 'host %s\n' "$1" ;;
  esac
}

# power_off NODE: all of its processes at once, at any instant of their work.
power_off() {
  local name=$1 record
  kill_process "$name.init"
  for record in "$processes/$name".*; do rm -f "$record"; done
  unplug "$name"
  wait_for 10 '' "end of $name's mounts" disk_is_free "$name"
}

disk_is_free() {
  local disk
  disk=$(folder_of "$1")/disk
  [ ! -e "$disk" ] || [ -z "$(losetup --noheadings --associated "$disk")" ]
}

# kill_process NAME: at once, and waits until it is gone.
kill_process() {
  local pid
  if pid=$(running_process "$1"); then
    kill -KILL "$pid" 2> /dev/null || true
    while running_process "$1" > /dev/null || has_threads "$pid"; do sleep 0.02; done
  fi
  rm -f "${processes:?}/$1"
}

# has_threads PID: whether there are others beside its first, which may be a zombie while they still hold its sockets.
has_threads() {
  local threads=("/proc/$1/task"/*)
  [ "${#threads[@]}" -gt 1 ]
}

# shellcheck shell=bash
# Programs in the background, each with a log and a record of its process; sourced after output.sh.
# The caller sets `processes` to the folder of the records and `logs` to the folder of the logs.
# shellcheck disable=SC2154

# When a process began, in clock ticks since boot: with its id the identity of a process.
process_began() {
  local stat
  { read -r stat < "/proc/$1/stat"; } 2> /dev/null || return 1
  # The command's name, in parentheses, may hold anything.
  # shellcheck disable=SC2086
  set -- ${stat##*) }
  # A zombie has ended.
  [ "$1" != Z ] || return 1
  printf '%s\n' "${20}"
}

# record_process NAME PID [FINGERPRINT]
record_process() {
  local began
  began=$(process_began "$2") || return 1
  printf '%s %s %s\n' "$2" "$began" "${3:-}" > "$processes/$1.new"
  mv "$processes/$1.new" "$processes/$1"
}

# running_process NAME: prints its id, when what was recorded is still that process and no successor under its id.
running_process() {
  local pid began _
  { read -r pid began _ < "$processes/$1"; } 2> /dev/null || return 1
  [ "$(process_began "$pid")" = "$began" ] || return 1
  printf '%s\n' "$pid"
}

# recorded_fingerprint NAME: what it was started with.
recorded_fingerprint() {
  local fingerprint
  { read -r _ _ fingerprint < "$processes/$1"; } 2> /dev/null || return 1
  printf '%s\n' "$fingerprint"
}

# start_process NAME FINGERPRINT COMMAND...: in a session of its own, so that Ctrl-C here does not reach it.
start_process() {
  local name=$1 fingerprint=$2 pid
  shift 2
  # Not the script's lock (9) nor its terminal (3): they would outlive it.
  setsid "$@" >> "$logs/$name.log" 2>&1 < /dev/null 3>&- 9>&- &
  pid=$!
  disown "$pid"
  record_process "$name" "$pid" "$fingerprint" || die "$name ended at once; see $logs/$name.log"
}

# wait_for SECONDS NAME WHAT COMMAND...: until the command succeeds; at once when the process NAME ends meanwhile.
wait_for() {
  local patience=$1 name=$2 what=$3 end
  shift 3
  end=$(($(milliseconds) + patience * 1000))
  until "$@" > /dev/null 2>&1; do
    if [ -n "$name" ] && ! running_process "$name" > /dev/null; then
      tail -n 12 "$logs/$name.log" >&2 || true
      die "$name ended while waiting for $what"
    fi
    if [ "$(milliseconds)" -ge "$end" ]; then
      [ -z "$name" ] || tail -n 12 "$logs/$name.log" >&2 || true
      die "no $what within $patience s"
    fi
    sleep 0.2
  done
}

# stop_process NAME SECONDS: TERM, and KILL when it has not ended by then. Touches nothing that was not recorded.
stop_process() {
  local name=$1 patience=$2 pid waited=0
  if pid=$(running_process "$name"); then
    kill -TERM "$pid" 2> /dev/null || true
    while running_process "$name" > /dev/null; do
      if [ "$waited" -ge $((patience * 10)) ]; then
        say "$name ($pid) does not end within $patience s: killed"
        kill -KILL "$pid" 2> /dev/null || true
        sleep 0.2
        break
      fi
      sleep 0.1
      waited=$((waited + 1))
    done
  fi
  rm -f "${processes:?}/$name"
}

# port_holder PORT: "name, process id" of who listens on a TCP port; fails when nobody does.
port_holder() {
  local line
  line=$(ss -Hltnp "sport = :$1" 2> /dev/null | head -n 1)
  [ -n "$line" ] || return 1
  if [[ $line =~ \(\(\"([^\"]*)\",pid=([0-9]+) ]]; then
    printf '%s, process %s\n' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
  else
    printf 'another program\n'
  fi
}

# holder_pid PORT
holder_pid() {
  ss -Hltnp "sport = :$1" 2> /dev/null | sed -n 's/.*pid=\([0-9]*\).*/\1/p' | head -n 1
}

# listens PORT: whether anybody does.
listens() { [ -n "$(ss -Hltn "sport = :$1" 2> /dev/null)" ]; }

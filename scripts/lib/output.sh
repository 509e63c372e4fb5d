# shellcheck shell=bash
# What the scripts say to the person in front of them; sourced.

say() { printf '%s\n' "$*" >&2; }

die() {
  say "error: $*"
  exit 1
}

milliseconds() {
  local now=${EPOCHREALTIME/[.,]/}
  printf '%s\n' "$((now / 1000))"
}

# seconds_since MILLISECONDS: "1.2"
seconds_since() {
  local spent=$(($(milliseconds) - $1))
  printf '%d.%d\n' $((spent / 1000)) $((spent % 1000 / 100))
}

# steps_to LOG: from here on each step's own output goes to LOG, and only its result to the terminal.
steps_to() {
  step_log=$1
  step_number=0
  step_label=
  exec 3>&2
  trap step_failed EXIT
}

# note TEXT: what the result of the running step says.
note() { step_note=$*; }

# step LABEL COMMAND...: runs it in this shell (it may set variables), shows that it is at work and how long it took.
step() {
  step_label=$1
  step_note=
  shift
  local begun
  begun=$(milliseconds)
  step_number=$((step_number + 1))
  printf -- '-- %s: %s\n' "$(date +%T)" "$step_label" >> "$step_log"
  step_offset=$(stat -c %s "$step_log")
  [ -t 3 ] && printf '%2d  %-18s' "$step_number" "$step_label" >&3
  show_work "$$" "$step_label" "$begun" > /dev/null 2>&1 9>&- &
  step_ticker=$!
  "$@" >> "$step_log" 2>&1 < /dev/null
  end_ticker
  printf '%s%2d  %-18s %6s s  %s\n' "$(line_start)" "$step_number" "$step_label" "$(seconds_since "$begun")" \
    "$step_note" >&3
  step_label=
}

# A carriage return and "clear to the end of the line", on a terminal.
line_start() { if [ -t 3 ]; then printf '\r\033[K'; fi; }

# Every second on a terminal, every ten seconds elsewhere, until killed or the script is gone.
show_work() {
  local script=$1 label=$2 begun=$3 pause=10
  [ -t 3 ] && pause=1
  # The last sleep outlives us by a moment; it must not keep the terminal's pipe open.
  while sleep "$pause" 3>&- && kill -0 "$script" 2> /dev/null; do
    if [ -t 3 ]; then
      printf '\r\033[K%2d  %-18s %6s s ...' "$step_number" "$label" "$(seconds_since "$begun")" >&3
    else
      printf '    %-18s %6s s ...\n' "$label" "$(seconds_since "$begun")" >&3
    fi
  done
}

end_ticker() {
  [ -n "${step_ticker:-}" ] || return 0
  kill "$step_ticker" 2> /dev/null || true
  wait "$step_ticker" 2> /dev/null || true
  step_ticker=
}

# At the script's exit: when a step was under way it failed, and the last of what it said is the reason.
step_failed() {
  local status=$?
  end_ticker
  if [ -n "$step_label" ]; then
    printf '%s%2d  %-18s failed\n' "$(line_start)" "$step_number" "$step_label" >&3
    tail -c "+$((step_offset + 1))" "$step_log" | tail -n 15 | sed 's/^/      /' >&3
    printf '      (all of it: %s)\n' "$step_log" >&3
    [ "$status" != 0 ] || status=1
  fi
  exit "$status"
}

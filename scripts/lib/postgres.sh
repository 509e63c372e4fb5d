# shellcheck shell=bash
# A Postgres by the devkit; sourced after processes.sh, build.sh and settings.sh. The caller sets `state` and `logs`.
# shellcheck disable=SC2154

ensure_postgres() {
  local fingerprint=${setting[postgres_port]}
  if running_process postgres > /dev/null && [ "$(recorded_fingerprint postgres)" = "$fingerprint" ] &&
    postgres_is_ready; then
    note "runs"
    return
  fi
  stop_process postgres 30
  : > "$logs/postgres.log"
  start_process postgres "$fingerprint" java "${java_flags[@]}" -Xmx192m -jar "$devkit_jar" postgres \
    --data "$state/postgres" --port "$fingerprint" --password-file "$state/keys/postgres.password"
  wait_for 90 postgres "Postgres on port $fingerprint" postgres_is_ready
  note "started"
}

postgres_is_ready() {
  running_process postgres > /dev/null && grep -q "^ready " "$logs/postgres.log" && listens "${setting[postgres_port]}"
}

stop_postgres() {
  stop_process postgres 40
  # One that outlived its supervisor.
  if [ -s "$state/postgres/postmaster.pid" ] && [ -f "$devkit_jar" ]; then
    require_jdk
    java "${java_flags[@]}" -jar "$devkit_jar" stop-postgres --data "$state/postgres"
  fi
}

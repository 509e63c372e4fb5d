# shellcheck shell=bash
# Runs the agent's own code for the scripts in scripts/hypervisor; sourced.

hypervisor_lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=output.sh
. "$hypervisor_lib/output.sh"

# As the agent's own: the configuration cannot be read.
no_agent() {
  say "error: $*"
  exit 3
}

agent_jar_of_this_host() {
  local jar
  for jar in "${DATACAPSULE_AGENT_JAR:-}" /usr/share/datacapsule/datacapsule-agent.jar \
    "$hypervisor_lib/../../host-agent/target/datacapsule-agent.jar"; do
    if [ -f "$jar" ]; then
      printf '%s\n' "$jar"
      return
    fi
  done
}

# run_agent_script COMMAND ARGUMENT...: becomes `datacapsule-agent script COMMAND ARGUMENT...`. A password given by
# --loginpwd goes on by a pipe: it is on no further command line, and in no environment.
run_agent_script() {
  local command=$1 jar java=${JAVA_HOME:+$JAVA_HOME/bin/}java password='' has_password=false has_config=false
  local -a arguments=()
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --loginpwd)
        [ $# -ge 2 ] || { say "error: --loginpwd needs a value"; exit 2; }
        password=$2 has_password=true
        shift
        ;;
      --loginpwd=*) password=${1#*=} has_password=true ;;
      --config | --config=*) has_config=true; arguments+=("$1") ;;
      *) arguments+=("$1") ;;
    esac
    shift
  done
  $has_config || arguments+=(--config "${DATACAPSULE_AGENT_CONFIG:-/etc/datacapsule/agent.yaml}")
  jar=$(agent_jar_of_this_host)
  [ -n "$jar" ] || no_agent "the agent's jar is not on this host; set DATACAPSULE_AGENT_JAR"
  command -v "$java" > /dev/null || no_agent "there is no $java; the agent needs a Java runtime of 21 or newer"
  # What suits a program that ends soon; its log is not its answer.
  local -a run=("$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -DDATACAPSULE_LOG_TARGET=System.err
    "-DDATACAPSULE_LOG_LEVEL=${DATACAPSULE_LOG_LEVEL:-OFF}" -jar "$jar" script "$command" "${arguments[@]}")
  $has_password || exec "${run[@]}"
  if [ "$password" = - ]; then exec "${run[@]}" --loginpwd-file -; fi
  exec "${run[@]}" --loginpwd-file - < <(printf '%s\n' "$password")
}

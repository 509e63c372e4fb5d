# shellcheck shell=bash
# What runs and what does not; sourced after faults.sh.
# shellcheck disable=SC2034,SC2154

show_status() {
  local hosts='' faults
  # shellcheck source=/dev/null
  if [ -s "$state/env" ]; then . "$state/env"; fi
  api_url=http://127.0.0.1:${setting[http_port]}
  hosts=$(api GET /v1/hosts "${CAPSULES_ADMIN_TOKEN:-}" --max-time 3 2> /dev/null || true)
  {
    printf '%s\t%s\t%s\t%s\n' what address processes state
    printf '%s\t%s\t%s\t%s\n' api "127.0.0.1:${setting[http_port]}" "$(process_word haproxy haproxy)" \
      "$([ -n "$hosts" ] && echo answers || echo 'does not answer')"
    printf '%s\t%s\t%s\t%s\n' postgres "127.0.0.1:${setting[postgres_port]}" "$(process_word postgres postgres)" \
      "$(postgres_is_ready && echo ready || echo 'not ready')"
    router_lines
    host_lines "$hosts"
  } | column -t -s $'\t'
  faults=$(faults_in_force)
  printf '\nfaults in force:\n%s\n' "${faults:-none}" | sed '3,$s/^/  /'
}

# process_word RECORD NAME
process_word() {
  local pid
  if pid=$(running_process "$1"); then printf '%s %s' "$2" "$pid"; else printf 'no %s' "$2"; fi
}

router_lines() {
  local name
  for name in $(router_names); do
    printf '%s\t%s\t%s\t%s\n' "$(title_of "$name")" "$(address_of "$name"):$router_http_port" \
      "$(process_word "$name.router" router)" "$(router_is_ready "$name" > /dev/null 2>&1 && echo ready || echo 'not ready')"
  done
}

# host_lines HOSTS: what the API says of them.
host_lines() {
  local name known
  for name in $(host_names); do
    known=$(jq -r --arg name "$name" '.hosts[] | select(.id == $name) | .state' <<< "${1:-{\}}" 2> /dev/null || true)
    printf '%s\t%s\t%s, %s, %s guests\t%s\n' "$name" "$(address_of "$name")" "$(process_word "$name.agent" agent)" \
      "$(process_word "$name.libvirtd" libvirtd)" "$(guests_of "$name")" "${known:-unknown}"
  done
}

# guests_of HOST: how many QEMUs run there.
guests_of() {
  # shellcheck disable=SC2016
  in_node "$1" sh -c 'for file in /run/libvirt/qemu/*.pid; do
      case $file in */driver.pid) continue ;; esac
      if [ -s "$file" ] && [ -d "/proc/$(cat "$file")" ]; then echo; fi
    done | wc -l' 2> /dev/null || echo 0
}

# shellcheck shell=bash
# Routers, each a node of its own, and the one address in front of them; sourced after node.sh.
# shellcheck disable=SC2154

# One file for all: what a router has for itself is in its environment.
write_router_config() {
  cat > "$state/router.yaml" << END
# Written by scripts/testbed; development only. Times are short, so that what follows a fault follows soon.
development: true
http:
  port: $router_http_port
database:
  host: $root_address
  port: ${setting[postgres_port]}
  name: datacapsule
  user: datacapsule
  password-file: $state/keys/postgres.password
bus:
  cluster-name: testbed
  port: $bus_port
  members: [$(bus_members)]
auth:
  issuer: datacapsule-development
  audience: datacapsule
  development-key-file: $state/keys/development-key.json
commands:
  signing-key-file: $state/keys/router.pem
  signing-public-key-file: $state/keys/router.pub.pem
secrets:
  key-file: $state/keys/router.secret
guests:
  network: $guest_network
quota:
  vcpus: 1000
  memory-mb: 1000000
  disk-gb: 10000
capsules:
  disk-gb: 1
  least-memory-mb: 192
secure-mode:
  volume-mb: 64
placement:
  vcpu-ratio: 32
  disk-ratio: 8
operations:
  claim: 2s
  recheck: 3s
hosts:
  lease: 3s
authority:
  directory: $state/keys/authority
results:
  directory: $state/results
images:
  directory: $state/images
END
}

# ensure_router NODE: running, with this jar and this configuration.
ensure_router() {
  local name=$1 fingerprint
  boot_node "$name"
  fingerprint=$(program_fingerprint "$router_jar" "$state/router.yaml")
  if running_process "$name.router" > /dev/null; then
    [ "$(recorded_fingerprint "$name.router")" != "$fingerprint" ] || return 0
    stop_process "$name.router" 40
  fi
  start_in_node "$name" router "$fingerprint" \
    env "DATACAPSULE_HTTP_HOST=$(address_of "$name")" "DATACAPSULE_BUS_HOST=$(address_of "$name")" \
    "$JAVA_HOME/bin/java" "${java_flags[@]}" -XX:-UsePerfData -Xmx384m -jar "$router_jar" \
    serve --config "$state/router.yaml"
}

router_is_ready() { curl -fsS --max-time 2 "http://$(address_of "$1"):$router_http_port/health/ready"; }

await_router() { wait_for 90 "$1.router" "readiness of $(title_of "$1")" router_is_ready "$1"; }

write_haproxy_config() {
  local name
  cat << END
# Written by scripts/testbed.
defaults
  timeout connect 2s
  timeout client 5m
  timeout server 5m

frontend api
  mode http
  bind $root_address:${setting[http_port]}
  bind 127.0.0.1:${setting[http_port]}
  default_backend routers

backend routers
  mode http
  balance roundrobin
  option httpchk GET /health/ready
  http-check expect status 200
  # A request that found no router was not sent: another may have it. One that was sent is not sent again.
  option redispatch 1
  retries 3
  default-server check inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
END
  for name in $(router_names); do
    printf '  server %s %s:%s\n' "$name" "$(address_of "$name")" "$router_http_port"
  done
  cat << END

# Postgres listens on the loopback only; routers are other machines.
listen postgres
  mode tcp
  bind $root_address:${setting[postgres_port]}
  timeout client 24h
  timeout server 24h
  retries 0
  server postgres 127.0.0.1:${setting[postgres_port]}
END
}

ensure_haproxy() {
  local fingerprint
  write_haproxy_config > "$state/haproxy.cfg"
  fingerprint=$(sha256sum "$state/haproxy.cfg" | cut -c 1-16)
  if running_process haproxy > /dev/null && [ "$(recorded_fingerprint haproxy)" = "$fingerprint" ]; then
    note "runs"
    return
  fi
  stop_process haproxy 5
  start_process haproxy "$fingerprint" haproxy -db -f "$state/haproxy.cfg"
  wait_for 10 haproxy "haproxy at $root_address" listens "${setting[http_port]}"
  note "started"
}

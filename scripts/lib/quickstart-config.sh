# shellcheck shell=bash
# The quickstart's settings and configuration files; sourced after settings.sh. The caller sets `root` and `state`.
# shellcheck disable=SC2034,SC2154

# Each: name, default, what it is. An option --name or a variable QUICKSTART_NAME overrides; the choice is remembered.
setting_names=(http_port postgres_port router_bus_port router_door_port ssh_first vnc_first port_count address network)
declare -A setting_default=(
  [http_port]=7080 [postgres_port]=7432 [router_bus_port]=7701 [router_door_port]=7702
  [ssh_first]=22000 [vnc_first]=25900 [port_count]=100 [address]=127.0.0.1 [network]=10.90.0.0/16
)
settings_prefix=QUICKSTART

write_router_config() {
  cat > "$state/router.yaml" << END
# Written by scripts/quickstart; development only.
development: true
http:
  host: 127.0.0.1
  port: ${setting[http_port]}
database:
  host: 127.0.0.1
  port: ${setting[postgres_port]}
  name: datacapsule
  user: datacapsule
  password-file: $state/keys/postgres.password
bus:
  cluster-name: quickstart
  host: 127.0.0.1
  port: ${setting[router_bus_port]}
  door-port: ${setting[router_door_port]}
  members: ["127.0.0.1:${setting[router_bus_port]}"]
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
  network: ${setting[network]}
authority:
  directory: $state/keys/authority
results:
  directory: $state/results
images:
  directory: $state/images
  port: 0
image-apis:
  nova: {enabled: true}
  zstack: {enabled: true}
  danube: {enabled: true}
  vice: {enabled: true}
END
}

write_agent_config() {
  cat > "$state/agent.yaml" << END
# Written by scripts/quickstart; development only.
development: true
host:
  name: quickstart
  address: ${setting[address]}
bus:
  host: 127.0.0.1
identity:
  directory: $state/identity
libvirt:
  uri: qemu:///system
  acceleration: auto
network:
  name: datacapsule
  bridge: dcbr0
  address: ${setting[address]}
  policies: $root/deploy/policies
storage:
  directory: $storage
  reserve-gb: 1
memory:
  reserve-mb: 512
ports:
  ssh-first: ${setting[ssh_first]}
  vnc-first: ${setting[vnc_first]}
  count: ${setting[port_count]}
vnc:
  listen: 127.0.0.1
images:
  port: 0
secrets:
  key-file: $state/keys/agent.secret
END
}

# choose_storage: QEMU runs as a user of its own, who must be able to walk to the disks. Under a home that is closed to
# others it could not; then the disks go below /var/lib, and the state folder has a link to them.
choose_storage() {
  local user elsewhere
  storage=$state/agent
  if [ -L "$storage" ]; then
    storage=$(readlink "$storage")
    mkdir -p "$storage"
    return
  fi
  mkdir -p "$storage"
  chmod 711 "$storage"
  user=$(id -u libvirt-qemu 2> /dev/null) || return 0
  if ! setpriv --reuid "$user" --regid "$user" --clear-groups test -x "$storage"; then
    elsewhere=/var/lib/datacapsule-quickstart/$(printf '%s' "$root" | sha256sum | cut -c 1-8)
    mkdir -p "$elsewhere"
    chmod 711 "${elsewhere%/*}" "$elsewhere"
    rmdir "$storage"
    ln -s "$elsewhere" "$storage"
    storage=$elsewhere
  fi
}

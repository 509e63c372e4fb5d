# shellcheck shell=bash
# The quickstart's settings, keys and configuration files; sourced. The caller sets `root` and `state`.
# shellcheck disable=SC2034,SC2154

# Each: name, default, what it is. An option --name or a variable QUICKSTART_NAME overrides; the choice is remembered.
setting_names=(http_port postgres_port router_bus_port agent_bus_port ssh_first vnc_first port_count address network)
declare -A setting_default=(
  [http_port]=7080 [postgres_port]=7432 [router_bus_port]=7701 [agent_bus_port]=7702
  [ssh_first]=22000 [vnc_first]=25900 [port_count]=100 [address]=127.0.0.1 [network]=10.90.0.0/16
)
declare -A setting=()
declare -A chosen=()

# load_settings: defaults, under what was remembered, under the environment, under the options in `chosen`.
load_settings() {
  local name variable value
  for name in "${setting_names[@]}"; do setting[$name]=${setting_default[$name]}; done
  if [ -r "$state/settings" ]; then
    while IFS='=' read -r name value; do
      [ -z "${setting_default[$name]+known}" ] || setting[$name]=$value
    done < "$state/settings"
  fi
  for name in "${setting_names[@]}"; do
    variable=QUICKSTART_${name^^}
    [ -z "${!variable:-}" ] || setting[$name]=${!variable}
    [ -z "${chosen[$name]:-}" ] || setting[$name]=${chosen[$name]}
    case $name in
      address | network) ;;
      *)
        is_number_to_65535 "${setting[$name]}" ||
          die "--${name//_/-} is \"${setting[$name]}\": a number from 1 to 65535 is expected"
        ;;
    esac
  done
}

is_number_to_65535() { [[ $1 =~ ^[1-9][0-9]{0,4}$ ]] && [ "$1" -le 65535 ]; }

save_settings() {
  local name
  for name in "${setting_names[@]}"; do printf '%s=%s\n' "$name" "${setting[$name]}"; done > "$state/settings"
}

# make_keys: what is missing, and never anew what is there, for the database is encrypted with it.
make_keys() {
  local keys=$state/keys made=0
  if [ ! -s "$keys/router.pem" ] || [ ! -s "$keys/router.pub.pem" ]; then
    openssl genpkey -algorithm ed25519 -out "$keys/router.pem"
    openssl pkey -in "$keys/router.pem" -pubout -out "$keys/router.pub.pem"
    made=1
  fi
  for name in router.secret agent.secret; do
    [ -s "$keys/$name" ] || { openssl rand -base64 32 > "$keys/$name"; made=1; }
  done
  for name in postgres.password guest.password; do
    [ -s "$keys/$name" ] || { random_word 20 > "$keys/$name"; made=1; }
  done
  chmod 600 "$keys"/*
  note "$([ "$made" = 1 ] && echo made || echo are there)"
}

# random_word LENGTH: letters and digits.
random_word() {
  local word
  word=$(openssl rand -base64 $(($1 * 3)) | tr -dc 'A-Za-z0-9')
  printf '%s\n' "${word:0:$1}"
}

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
results:
  directory: $state/results
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
  cluster-name: quickstart
  host: 127.0.0.1
  port: ${setting[agent_bus_port]}
  members: ["127.0.0.1:${setting[router_bus_port]}"]
libvirt:
  uri: qemu:///system
  acceleration: auto
network:
  name: datacapsule
  bridge: dcbr0
  guests: ${setting[network]}
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
router:
  command-keys: ["$state/keys/router.pub.pem"]
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

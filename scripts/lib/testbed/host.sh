# shellcheck shell=bash
# A host: its disk, its libvirtd and its agent; sourced after node.sh, join.sh and libvirt.sh.
# shellcheck disable=SC2154

# boot_host HOST: with its own libvirt, whose guests outlive it and end with the host. Without one as long as the host has not
# joined: that has no certificate to listen with.
boot_host() {
  prepare_host "$1"
  boot_node "$1" "$storage" "$identity/links"
  if has_joined "$1"; then ensure_host_libvirt "$1"; fi
}

has_joined() { [ -s "$(folder_of "$1")/etc/${identity##*/}/host.pem" ]; }

# join_with_token HOST TOKEN: with a join token that this administrator's token is good for.
join_with_token() {
  local config
  config=$(folder_of "$1")/join.yaml
  printf 'host:\n  name: %s\nidentity:\n  directory: %s\n' "$1" "$identity" > "$config"
  join_token "$2" "$1" "$(address_of "$1")" |
    join_host "$config" "http://$root_address:${setting[http_port]}" in_node "$1" \
    "$JAVA_HOME/bin/java" "${java_flags[@]}" -XX:-UsePerfData -jar "$agent_jar"
}

prepare_host() {
  local folder name
  folder=$(folder_of "$1")
  mkdir -p "$folder"/{etc,lib,cache,log}
  chmod 755 "$folder" "$folder"/{etc,lib,cache,log}
  [ -s "$folder/uuid" ] || cat /proc/sys/kernel/random/uuid > "$folder/uuid"
  [ -s "$folder/agent.secret" ] || (umask 077 && openssl rand -base64 32 > "$folder/agent.secret")
  write_host_libvirt_settings "$1" "$folder/etc"
  if [ ! -e "$folder/disk" ]; then
    # It takes room on this machine only as it is written to.
    truncate -s "$disk_size" "$folder/disk.new"
    mkfs.ext4 -q -m 0 -E nodiscard "$folder/disk.new"
    mv "$folder/disk.new" "$folder/disk"
  fi
}

# Migration between hosts goes by TLS both from libvirtd to libvirtd and from QEMU to QEMU, with what the hosts got when they
# joined. libvirtd finds it where it looks by itself (node-init), for only there it reads again what has changed.
write_host_libvirt_settings() {
  local folder=$2 address
  address=$(address_of "$1")
  write_libvirt_settings "$folder"
  cat >> "$folder/libvirtd.conf" << END
# What migration tells two hosts apart by.
host_uuid = "$(cat "$(folder_of "$1")/uuid")"
listen_tls = 1
listen_tcp = 0
listen_addr = "$address"
tls_port = "16514"
tls_no_verify_certificate = 0
END
  cat >> "$folder/qemu.conf" << END
default_tls_x509_cert_dir = "$identity/links"
default_tls_x509_verify = 1
migrate_tls_x509_cert_dir = "$identity/links"
migrate_tls_x509_verify = 1
migration_address = "$address"
END
}

ensure_host_libvirt() {
  if running_process "$1.libvirtd" > /dev/null; then return 0; fi
  start_in_node "$1" libvirtd '' /usr/sbin/libvirtd --listen --config /etc/libvirt/libvirtd.conf
  wait_for 60 "$1.libvirtd" "answer from the libvirt of $1" host_libvirt_answers "$1"
}

host_libvirt_answers() { in_node "$1" virsh -q -c qemu:///system version; }

# ensure_agent HOST: running, with this jar and this configuration.
ensure_agent() {
  local name=$1 config fingerprint
  config=$(folder_of "$name")/agent.yaml
  write_agent_config "$name" > "$config"
  fingerprint=$(program_fingerprint "$agent_jar" "$config")
  if running_process "$name.agent" > /dev/null; then
    [ "$(recorded_fingerprint "$name.agent")" != "$fingerprint" ] || return 0
    stop_process "$name.agent" 40
  fi
  # Two nodes' processes have the same ids and share /tmp, where the JVM would leave its counters by id.
  start_in_node "$name" agent "$fingerprint" \
    "$JAVA_HOME/bin/java" "${java_flags[@]}" -XX:-UsePerfData -Xmx256m -jar "$agent_jar" serve --config "$config"
}

# add_image HOST FILE SUM: into the host's cache.
add_image() {
  local mark sum
  mark=$(folder_of "$1")/image
  if [ "$(cat "$mark" 2> /dev/null)" = "$3" ]; then return 0; fi
  write_agent_config "$1" > "$(folder_of "$1")/agent.yaml"
  sum=$(in_node "$1" "$JAVA_HOME/bin/java" "${java_flags[@]}" -XX:-UsePerfData -jar "$agent_jar" \
    image add "$2" --config "$(folder_of "$1")/agent.yaml" | tail -n 1)
  [ "$sum" = "$3" ] || die "the agent of $1 did not say the image's checksum but: $sum"
  printf '%s\n' "$sum" > "$mark"
}

# memory_reserve_mb HOST: what leaves each host its share of the memory that libvirt says there is, but for 2 GiB.
memory_reserve_mb() {
  local known
  known=$(folder_of "$1")/memory
  [ -s "$known" ] || in_node "$1" virsh -q -c qemu:///system nodeinfo |
    awk '/^Memory size:/ { print int($3 / 1024) }' > "$known"
  awk -v hosts="${setting[hosts]}" '{ print int($1 - ($1 - 2048) / hosts) }' "$known"
}

write_agent_config() {
  local address
  address=$(address_of "$1")
  cat << END
# Written by scripts/testbed; development only. Times are short, so that what follows a fault follows soon.
development: true
host:
  name: $1
  address: $address
bus:
  host: $address
  rejoin-after: 2s
identity:
  directory: $identity
heartbeat:
  interval: 500ms
libvirt:
  uri: qemu:///system
  acceleration: auto
network:
  name: datacapsule
  bridge: dcbr0
  address: $address
  policies: $root/deploy/policies
  denied-ranges: ["$network"]
storage:
  directory: $storage
  reserve-gb: 1
memory:
  reserve-mb: $(memory_reserve_mb "$1")
ports:
  ssh-first: 22000
  vnc-first: 5900
  count: 200
vnc:
  listen: $address
migration:
  address: $address
secrets:
  key-file: $(folder_of "$1")/agent.secret
END
}
